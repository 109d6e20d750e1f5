//! Pages of other origins, by configuration; without any, browsers keep them out.
//!
//! Credentials that browsers send by themselves (cookies, certificates) are never allowed, and the API takes none: a
//! caller is known by its bearer token alone, which no page can make a browser send for it. So requests cannot be
//! forged across sites (CSRF), whatever is configured here.

use actix_cors::Cors;
use actix_web::http::Method;
use actix_web::middleware::Condition;

/// What pages may send beside what every form can.
const METHODS: [Method; 6] =
    [Method::GET, Method::HEAD, Method::POST, Method::PUT, Method::PATCH, Method::DELETE];

/// And of headers; those of tus among them, and the digests of RFC 9530.
const HEADERS: [&str; 12] = [
    "accept",
    "authorization",
    "content-type",
    "content-digest",
    "idempotency-key",
    "repr-digest",
    "tus-resumable",
    "upload-checksum",
    "upload-length",
    "upload-metadata",
    "upload-offset",
    "x-http-method-override",
];

/// What pages may read of an answer beside its body and type.
const EXPOSED: [&str; 20] = [
    "content-disposition",
    "etag",
    "location",
    "ratelimit-limit",
    "ratelimit-policy",
    "ratelimit-remaining",
    "ratelimit-reset",
    "retry-after",
    "tus-checksum-algorithm",
    "tus-extension",
    "tus-max-size",
    "tus-resumable",
    "tus-version",
    "upload-expires",
    "upload-length",
    "upload-metadata",
    "upload-offset",
    "usage-upload-id",
    "usage-upload-outcome",
    "x-request-id",
];

/// A browser asks again after this time.
const MAX_AGE_SECONDS: usize = 600;

/// Middleware, within `request_ids`: answers preflights, and lets pages of these origins read answers.
pub fn cors(origins: &[String]) -> Condition<Cors> {
    let cors = Cors::default()
        .allowed_methods(METHODS)
        .allowed_headers(HEADERS)
        .expose_headers(EXPOSED)
        .max_age(MAX_AGE_SECONDS);
    let cors = origins.iter().fold(cors, |cors, origin| cors.allowed_origin(origin));
    Condition::new(!origins.is_empty(), cors)
}
