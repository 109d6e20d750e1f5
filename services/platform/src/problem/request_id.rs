//! The id of the request at hand, in its problems, its answer and its log lines.

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::error::InternalError;
use actix_web::http::header::{CONTENT_LENGTH, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue};
use actix_web::middleware::Next;
use actix_web::{Error, HttpMessage};
use tracing_actix_web::RequestId;
use uuid::Uuid;

use super::extractors::problem_of_status;

/// The header that every answer carries.
const X_REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

tokio::task_local! {
    static REQUEST_ID: Uuid;
}

/// The id of the request that this task answers; none outside of requests.
pub fn current_request_id() -> Option<Uuid> {
    REQUEST_ID.try_with(|id| *id).ok()
}

/// Middleware, directly within `TracingLogger`: puts the request's id on the answer, and makes
/// every error a problem, also those of the framework.
pub async fn request_ids(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    // Ours alone: an id that a caller chose could be anything, and anyone's.
    let id = request.extensions().get::<RequestId>().map_or_else(Uuid::new_v4, |id| **id);
    REQUEST_ID
        .scope(id, async move {
            match next.call(request).await {
                Ok(response) => {
                    let mut response = as_problem(response.map_into_boxed_body());
                    mark(response.headers_mut(), id);
                    Ok(response)
                }
                // Of a middleware within. It is answered here, where the id is known, and not where it is caught.
                Err(error) => {
                    let mut response = error.error_response();
                    mark(response.headers_mut(), id);
                    Err(InternalError::from_response(error, response).into())
                }
            }
        })
        .await
}

fn mark(headers: &mut HeaderMap, id: Uuid) {
    if let Ok(value) = HeaderValue::from_str(&id.to_string()) {
        headers.insert(X_REQUEST_ID, value);
    }
}

/// Errors that the framework answered by itself are empty or plain text.
fn as_problem(response: ServiceResponse<BoxBody>) -> ServiceResponse<BoxBody> {
    let status = response.status();
    let content_type = response.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let is_ours = content_type.is_some_and(|content_type| !content_type.starts_with("text/plain"));
    if is_ours || !(status.is_client_error() || status.is_server_error()) {
        return response;
    }
    let mut problem = problem_of_status(status, response.headers());
    // What others said on it still holds; the body alone is another.
    for (name, value) in response.headers() {
        if !matches!(*name, CONTENT_TYPE | CONTENT_LENGTH) && !problem.headers().contains_key(name) {
            problem.headers_mut().append(name.clone(), value.clone());
        }
    }
    response.into_response(problem)
}
