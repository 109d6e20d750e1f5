//! Pages of other origins, by configuration; without any, browsers keep them out.
//!
//! Credentials that browsers send by themselves (cookies, certificates) are never allowed, and the API takes none: a
//! caller is known by its bearer token alone, which no page can make a browser send for it. So requests cannot be
//! forged across sites (CSRF), whatever is configured here.

use actix_cors::Cors;
use actix_web::http::Method;
use actix_web::http::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE};
use actix_web::middleware::Condition;

/// What pages may send beside what every form can.
const METHODS: [Method; 5] = [Method::GET, Method::POST, Method::PUT, Method::PATCH, Method::DELETE];

/// What pages may read of an answer beside its body and type.
const EXPOSED: [&str; 9] = [
    "content-disposition",
    "etag",
    "location",
    "ratelimit-limit",
    "ratelimit-policy",
    "ratelimit-remaining",
    "ratelimit-reset",
    "retry-after",
    "x-request-id",
];

/// A browser asks again after this time.
const MAX_AGE_SECONDS: usize = 600;

/// Middleware, within `request_ids`: answers preflights, and lets pages of these origins read answers.
pub fn cors(origins: &[String]) -> Condition<Cors> {
    let headers = [ACCEPT.as_str(), AUTHORIZATION.as_str(), CONTENT_TYPE.as_str(), "idempotency-key"];
    let cors = Cors::default()
        .allowed_methods(METHODS)
        .allowed_headers(headers)
        .expose_headers(EXPOSED)
        .max_age(MAX_AGE_SECONDS);
    let cors = origins.iter().fold(cors, |cors, origin| cors.allowed_origin(origin));
    Condition::new(!origins.is_empty(), cors)
}
