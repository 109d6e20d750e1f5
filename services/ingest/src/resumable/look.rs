//! `HEAD` and `GET /v1/uploads/resumable/{id}`: how far an upload has come, and what it has become.

use actix_web::middleware::from_fn;
use actix_web::web::{Data, Path};
use actix_web::{HttpRequest, HttpResponse, get, head};
use platform::auth::{Authorized, MayUpload};
use platform::problem::{ApiError, Problem};

use super::described::{Shown, tell, tell_beginning};
use super::finish::complete;
use super::found::Found;
use super::tus::speak_tus;
use crate::Door;
use crate::answer::Answer;

/// How far a resumable upload has come (tus).
///
/// Bytes before `Upload-Offset` are safe. Of a whole file, `Usage-Upload-Id` is the upload that it has become; one that
/// was refused is answered 422, since a client takes a full offset for success.
#[utoipa::path(
    tag = "uploads",
    params(("id" = String, Path, description = "The resumable upload"), ("Tus-Resumable" = String, Header, description = "1.0.0")),
    responses(
        (status = 200, description = "As the headers say", headers(
            ("Upload-Offset" = u64), ("Upload-Length" = u64), ("Upload-Expires" = String), ("Upload-Metadata" = String),
            ("Usage-Upload-Id" = String), ("Usage-Upload-Outcome" = String),
        )),
        (status = 401, description = "No valid token"),
        (status = 404, description = "No such upload of the caller's"),
        (status = 410, description = "It has expired"),
        (status = 412, description = "Another version of tus"),
        (status = 422, description = "The whole file was refused"),
        (status = 423, description = "Its last bytes are being written"),
        (status = 503, description = "Try again after `Retry-After` seconds"),
    ),
    security(("bearer" = [])),
)]
#[head("/v1/uploads/resumable/{id}", wrap = "from_fn(speak_tus)")]
pub async fn head(
    caller: Authorized<MayUpload>,
    door: Data<Door>,
    id: Path<String>,
    request: HttpRequest,
) -> Result<HttpResponse, ApiError> {
    tell_head(&door, Found::of(&door, &caller, &request, &id).await?).await
}

/// The answer to `HEAD`.
pub async fn tell_head(door: &Door, found: Found) -> Result<HttpResponse, ApiError> {
    let (found, answer) = complete(door, found).await?;
    if let Some(refusal) = answer.filter(Answer::is_refusal) {
        return refusal.respond();
    }
    let mut response = HttpResponse::Ok();
    tell(&mut response, &found.row);
    tell_beginning(&mut response, &found.row);
    Ok(response.finish())
}

/// The same as JSON, also of a file that was refused.
#[utoipa::path(
    tag = "uploads",
    params(("id" = String, Path, description = "The resumable upload"), ("Tus-Resumable" = String, Header, description = "1.0.0")),
    responses(
        (status = 200, description = "How far it has come, and what it has become", body = Shown),
        (status = 401, description = "No valid token", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "No such upload of the caller's", body = Problem, content_type = "application/problem+json"),
        (status = 410, description = "It has expired", body = Problem, content_type = "application/problem+json"),
        (status = 412, description = "Another version of tus", body = Problem, content_type = "application/problem+json"),
        (status = 423, description = "Its last bytes are being written", body = Problem, content_type = "application/problem+json"),
        (status = 503, description = "Try again after `Retry-After` seconds", body = Problem, content_type = "application/problem+json"),
    ),
    security(("bearer" = [])),
)]
#[get("/v1/uploads/resumable/{id}", wrap = "from_fn(speak_tus)")]
pub async fn get(
    caller: Authorized<MayUpload>,
    door: Data<Door>,
    id: Path<String>,
    request: HttpRequest,
) -> Result<HttpResponse, ApiError> {
    let found = Found::of(&door, &caller, &request, &id).await?;
    let (found, _) = complete(&door, found).await?;
    Ok(HttpResponse::Ok().json(Shown::of(&found.row)))
}
