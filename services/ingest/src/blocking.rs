//! Work that blocks, on the threads that are there for it.

use platform::problem::ApiError;

/// Runs `work` on a blocking thread, its log lines within the request's span.
pub async fn blocking<T, E, F>(work: F) -> Result<T, ApiError>
where
    T: Send + 'static,
    E: Send + 'static,
    ApiError: From<E>,
    F: FnOnce() -> Result<T, E> + Send + 'static,
{
    let span = tracing::Span::current();
    let done = tokio::task::spawn_blocking(move || span.in_scope(work)).await;
    Ok(done.map_err(ApiError::internal)??)
}
