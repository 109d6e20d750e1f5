//! `OPTIONS /v1/uploads/resumable`: what of the protocol is spoken here.

use actix_web::middleware::from_fn;
use actix_web::web::Data;
use actix_web::{HttpResponse, options};
use platform::auth::{Authorized, MayUpload};
use platform::problem::Problem;

use super::headers::ALGORITHMS;
use super::tus::{EXTENSIONS, TUS_VERSION, VERSION, speak_tus};
use crate::Door;

/// What of tus is spoken here: versions, extensions, checksums, the largest file.
#[utoipa::path(
    tag = "uploads",
    responses(
        (status = 204, description = "As the headers say", headers(
            ("Tus-Version" = String), ("Tus-Extension" = String), ("Tus-Checksum-Algorithm" = String), ("Tus-Max-Size" = u64),
        )),
        (status = 401, description = "No valid token", body = Problem, content_type = "application/problem+json"),
        (status = 403, description = "Only partners and their meters upload", body = Problem, content_type = "application/problem+json"),
        (status = 503, description = "Try again after `Retry-After` seconds", body = Problem, content_type = "application/problem+json"),
    ),
    security(("bearer" = [])),
)]
#[options("/v1/uploads/resumable", wrap = "from_fn(speak_tus)")]
pub async fn options(_: Authorized<MayUpload>, door: Data<Door>) -> HttpResponse {
    HttpResponse::NoContent()
        .insert_header((TUS_VERSION, VERSION))
        .insert_header(("tus-extension", EXTENSIONS))
        .insert_header(("tus-checksum-algorithm", ALGORITHMS))
        .insert_header(("tus-max-size", door.limits.bytes_max))
        .finish()
}
