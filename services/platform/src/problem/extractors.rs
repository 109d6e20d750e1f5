//! Errors of the framework (bodies, queries, paths, unknown routes) as problems.

use actix_web::error::{JsonPayloadError, PathError, PayloadError, QueryPayloadError};
use actix_web::http::StatusCode;
use actix_web::http::header::{ALLOW, HeaderMap};
use actix_web::{HttpResponse, ResponseError, web};
use serde_json::error::Category;
use std::io::ErrorKind;

use super::{ApiError, ErrorItem};

/// No JSON body of this API needs more; files come as streams.
const JSON_BYTES_MAX: usize = 256 * 1024;

/// The resource of all paths that have none.
pub(crate) const UNKNOWN_PATH: &str = "/{unknown:.*}";

/// Makes the framework's own errors problems, and unknown routes and methods, too. After all routes: handlers are
/// guarded by their method, so that a wrong method ends here like an unknown path.
pub fn configure(cfg: &mut web::ServiceConfig) {
    cfg.app_data(
        web::JsonConfig::default().limit(JSON_BYTES_MAX).error_handler(|e, _| json_error(&e).into()),
    )
    .app_data(web::QueryConfig::default().error_handler(|e, _| query_error(&e).into()))
    .app_data(web::PathConfig::default().error_handler(|e, _| path_error(&e).into()))
    // A resource without methods answers 405; `Allow` names the methods whose guards the request failed on the way.
    .service(web::resource(UNKNOWN_PATH))
    .default_service(web::route().to(no_route));
}

fn json_error(error: &JsonPayloadError) -> ApiError {
    match error {
        JsonPayloadError::OverflowKnownLength { .. }
        | JsonPayloadError::Overflow { .. }
        | JsonPayloadError::Payload(PayloadError::Overflow) => {
            ApiError::PayloadTooLarge { limit_bytes: JSON_BYTES_MAX as u64 }
        }
        JsonPayloadError::Payload(PayloadError::Io(error)) if error.kind() == ErrorKind::TimedOut => {
            ApiError::BodyTimeout
        }
        JsonPayloadError::ContentType => {
            ApiError::UnsupportedMediaType("the body must be application/json".to_owned())
        }
        // serde's own words name fields and places of the caller's text, nothing of ours.
        JsonPayloadError::Deserialize(error) if error.classify() == Category::Data => {
            ApiError::invalid(vec![ErrorItem {
                code: "invalid".to_owned(),
                message: error.to_string(),
                line: Some(error.line() as u64),
                ..ErrorItem::default()
            }])
        }
        JsonPayloadError::Deserialize(error) => bad_request(format!("the body is no JSON: {error}")),
        _ => bad_request("the body cannot be read".to_owned()),
    }
}

fn query_error(error: &QueryPayloadError) -> ApiError {
    bad_request(format!("the query cannot be read: {error}"))
}

/// An id that is no id names nothing.
fn path_error(_: &PathError) -> ApiError {
    ApiError::NotFound("resource")
}

fn bad_request(detail: String) -> ApiError {
    ApiError::BadRequest { detail, errors: Vec::new() }
}

async fn no_route() -> Result<HttpResponse, ApiError> {
    Err(ApiError::NotFound("resource"))
}

/// The problem for a status that the framework answered without saying why.
pub(super) fn problem_of_status(status: StatusCode, headers: &HeaderMap) -> HttpResponse {
    let error = match status {
        StatusCode::UNAUTHORIZED => ApiError::Unauthorized,
        StatusCode::FORBIDDEN => ApiError::Forbidden("this is not allowed"),
        StatusCode::METHOD_NOT_ALLOWED if headers.contains_key(ALLOW) => ApiError::MethodNotAllowed,
        StatusCode::NOT_FOUND | StatusCode::METHOD_NOT_ALLOWED => ApiError::NotFound("resource"),
        StatusCode::REQUEST_TIMEOUT => ApiError::BodyTimeout,
        StatusCode::PAYLOAD_TOO_LARGE => ApiError::PayloadTooLarge { limit_bytes: JSON_BYTES_MAX as u64 },
        StatusCode::UNSUPPORTED_MEDIA_TYPE => {
            ApiError::UnsupportedMediaType("the body has a type that is not taken here".to_owned())
        }
        StatusCode::SERVICE_UNAVAILABLE => ApiError::Unavailable { retry_after: super::RETRY_AFTER_SECONDS },
        status if status.is_client_error() => bad_request("the request cannot be read".to_owned()),
        status => ApiError::internal(format!("the framework answered {status}")),
    };
    error.error_response()
}
