//! A span, a log line and two metrics for each request.

use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::{Error, HttpMessage};
use std::time::Instant;
use tracing::Span;
use tracing_actix_web::{RequestId, RootSpanBuilder, TracingLogger};

use crate::problem::UNKNOWN_PATH;

/// The outermost middleware: opens the request's span, which carries its id, and counts it.
pub fn request_logger() -> TracingLogger<RequestSpan> {
    TracingLogger::new()
}

/// When the request came; kept beside it.
#[derive(Clone, Copy)]
struct Arrival(Instant);

/// Opens and closes the span of a request.
pub struct RequestSpan;

impl RootSpanBuilder for RequestSpan {
    fn on_request_start(request: &ServiceRequest) -> Span {
        request.extensions_mut().insert(Arrival(Instant::now()));
        let request_id = request.extensions().get::<RequestId>().map(ToString::to_string);
        // The path without the query, which may carry a cursor, a name or a one-time token.
        tracing::info_span!(
            "request",
            method = %request.method(),
            path = request.path(),
            request_id,
            status = tracing::field::Empty,
        )
    }

    fn on_request_end<B: MessageBody>(span: Span, outcome: &Result<ServiceResponse<B>, Error>) {
        match outcome {
            Ok(response) => {
                span.record("status", response.status().as_u16());
                span.in_scope(|| record(response));
            }
            // Of a middleware within: it is answered further out, and has no request any more.
            Err(error) => {
                let status = error.as_response_error().status_code().as_u16();
                span.record("status", status);
                span.in_scope(|| tracing::warn!(%error, "a middleware refused the request"));
            }
        }
    }
}

/// By the route's pattern and not the path, so that ids do not make labels without end.
fn record<B>(response: &ServiceResponse<B>) {
    let request = response.request();
    let elapsed = request.extensions().get::<Arrival>().map(|Arrival(at)| at.elapsed()).unwrap_or_default();
    let elapsed_seconds = elapsed.as_secs_f64();
    let route = request.match_pattern().filter(|route| route != UNKNOWN_PATH);
    let route = route.unwrap_or_else(|| "none".to_owned());
    // Probes come every few seconds for ever.
    if matches!(route.as_str(), "/healthz" | "/readyz" | "/metrics") {
        tracing::debug!(elapsed_seconds, "answered");
    } else {
        tracing::info!(elapsed_seconds, "answered");
    }
    let labels = [
        ("method", request.method().as_str().to_owned()),
        ("route", route),
        ("status", response.status().as_u16().to_string()),
    ];
    metrics::counter!("http_requests_total", &labels).increment(1);
    metrics::histogram!("http_request_seconds", &labels).record(elapsed_seconds);
}
