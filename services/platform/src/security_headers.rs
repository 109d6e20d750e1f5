//! Headers that tell browsers to do nothing with an answer but what was asked for.

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, HeaderMap, HeaderName, HeaderValue, REFERRER_POLICY,
    STRICT_TRANSPORT_SECURITY, X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS,
};
use actix_web::middleware::Next;
use actix_web::{Error, error::InternalError};

use crate::address::is_https;

/// On every answer that does not say otherwise itself. Nothing of the API is a page: it loads nothing, and is shown
/// in nobody's frame.
const ALWAYS: [(HeaderName, &str); 7] = [
    (X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (REFERRER_POLICY, "no-referrer"),
    (X_FRAME_OPTIONS, "DENY"),
    (CONTENT_SECURITY_POLICY, "default-src 'none'; frame-ancestors 'none'"),
    (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    (
        HeaderName::from_static("permissions-policy"),
        "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    ),
];

/// For who came by TLS: from now on only so.
const TLS_ONLY: &str = "max-age=31536000";

/// Middleware, between `request_logger` and `request_ids`: on every answer, errors included.
pub async fn security_headers(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    // As the router decodes it: `/%761/things` leads to the same handler.
    let of_api = request.match_info().as_str().starts_with("/v1/");
    let by_tls = is_https(request.request());
    match next.call(request).await {
        Ok(mut response) => {
            mark(response.headers_mut(), of_api, by_tls);
            Ok(response.map_into_boxed_body())
        }
        // Of a middleware within, which has no request any more.
        Err(error) => {
            let mut response = error.error_response();
            mark(response.headers_mut(), of_api, by_tls);
            Err(InternalError::from_response(error, response).into())
        }
    }
}

fn mark(headers: &mut HeaderMap, of_api: bool, by_tls: bool) {
    let mut unless_there = |name: HeaderName, value| {
        if !headers.contains_key(&name) {
            headers.insert(name, HeaderValue::from_static(value));
        }
    };
    for (name, value) in ALWAYS {
        unless_there(name, value);
    }
    if by_tls {
        unless_there(STRICT_TRANSPORT_SECURITY, TLS_ONLY);
    }
    if of_api {
        // Figures, names and tokens of one caller are not for the next one at the same machine or proxy.
        unless_there(CACHE_CONTROL, "no-store");
    }
}
