//! What every answer of tus has, and what the protocol calls for.

use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::StatusCode;
use actix_web::http::header::{CACHE_CONTROL, HeaderMap, HeaderName, HeaderValue};
use actix_web::middleware::Next;
use actix_web::{Error, HttpRequest};
use platform::problem::ApiError;

/// The version that we speak.
pub const VERSION: &str = "1.0.0";

/// Parts of the protocol beside its core.
pub const EXTENSIONS: &str = "creation,creation-with-upload,expiration,termination,checksum";

pub const TUS_RESUMABLE: HeaderName = HeaderName::from_static("tus-resumable");
pub const TUS_VERSION: HeaderName = HeaderName::from_static("tus-version");
pub const UPLOAD_OFFSET: HeaderName = HeaderName::from_static("upload-offset");
pub const UPLOAD_LENGTH: HeaderName = HeaderName::from_static("upload-length");
pub const UPLOAD_EXPIRES: HeaderName = HeaderName::from_static("upload-expires");
pub const UPLOAD_METADATA: HeaderName = HeaderName::from_static("upload-metadata");
/// Ours: the upload that a complete one has become.
pub const USAGE_UPLOAD_ID: HeaderName = HeaderName::from_static("usage-upload-id");
/// Ours: `accepted`, `duplicate` or `refused`.
pub const USAGE_UPLOAD_OUTCOME: HeaderName = HeaderName::from_static("usage-upload-outcome");

/// Middleware: the version is on every answer, errors included.
pub async fn speak_tus(
    request: ServiceRequest,
    next: Next<impl MessageBody>,
) -> Result<ServiceResponse<impl MessageBody>, Error> {
    let mut response = next.call(request).await?;
    let refused = response.status() == StatusCode::PRECONDITION_FAILED;
    let headers = response.headers_mut();
    headers.insert(TUS_RESUMABLE, HeaderValue::from_static(VERSION));
    if refused {
        headers.insert(TUS_VERSION, HeaderValue::from_static(VERSION));
    }
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Ok(response)
}

/// 412 unless the request speaks our version.
pub fn check_version(request: &HttpRequest) -> Result<(), ApiError> {
    if text(request.headers(), &TUS_RESUMABLE) == Some(VERSION) {
        return Ok(());
    }
    let detail = format!("the header Tus-Resumable must say {VERSION}");
    Err(ApiError::protocol(412, "tus-version-unsupported", detail))
}

/// A header's text, if it is one.
pub fn text<'h>(headers: &'h HeaderMap, name: &HeaderName) -> Option<&'h str> {
    headers.get(name)?.to_str().ok()
}

/// 410.
pub fn gone() -> ApiError {
    ApiError::protocol(410, "gone", "this upload has expired: begin a new one")
}

/// 423.
pub fn locked() -> ApiError {
    ApiError::protocol(423, "locked", "another request is writing to this upload")
}

/// 400 with a header's name.
pub fn unreadable(detail: impl Into<String>) -> ApiError {
    ApiError::BadRequest { detail: detail.into(), errors: Vec::new() }
}
