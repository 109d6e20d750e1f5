//! `PATCH` and `DELETE /v1/uploads/resumable/{id}`: more bytes, or no more.

use actix_web::middleware::from_fn;
use actix_web::web::{Data, Path, Payload};
use actix_web::{HttpRequest, HttpResponse, delete, patch, post};
use platform::audit::{self, Event};
use platform::auth::{Authorized, MayUpload};
use platform::durable::{Step, durable};
use platform::problem::{ApiError, Problem};
use schema::resumable_uploads;
use utoipa::ToSchema;

use super::described::tell;
use super::finish::{discard, finish, lock, outcome};
use super::found::Found;
use super::headers::{Checksum, MEDIA_TYPE, bytes, carries_bytes};
use super::look::tell_head;
use super::tus::{UPLOAD_OFFSET, speak_tus, unreadable};
use super::writer::{append, too_long, wrong_offset};
use crate::Door;
use crate::answer::Answer;
use crate::receive::Body;

/// Bytes of a usage data file.
#[derive(ToSchema)]
#[schema(value_type = String, format = Binary)]
#[expect(dead_code, reason = "describes the body; the bytes are read as they stream by")]
pub struct UploadPart(Vec<u8>);

/// Sends more bytes of a resumable upload (tus).
///
/// What was received before a connection broke is kept, unless the bytes came with an `Upload-Checksum`. The last byte
/// is answered as a whole file is: 204 with `Usage-Upload-Id`, or 422. Sending an empty body at the full offset asks
/// for that answer again.
#[utoipa::path(
    tag = "uploads",
    params(
        ("id" = String, Path, description = "The resumable upload"),
        ("Tus-Resumable" = String, Header, description = "1.0.0"),
        ("Upload-Offset" = u64, Header, description = "Where the bytes begin: where the upload is"),
        ("Upload-Checksum" = Option<String>, Header, description = "`sha1`, `sha256` or `sha512`, and the digest of these bytes in base64"),
    ),
    request_body(content((UploadPart = "application/offset+octet-stream"))),
    responses(
        (status = 204, description = "The bytes are safe", headers(
            ("Upload-Offset" = u64), ("Upload-Expires" = String), ("Usage-Upload-Id" = String), ("Usage-Upload-Outcome" = String), ("Location" = String),
        )),
        (status = 400, description = "The request cannot be read", body = Problem, content_type = "application/problem+json"),
        (status = 401, description = "No valid token", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "No such upload of the caller's", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "The upload is at another offset", body = Problem, content_type = "application/problem+json"),
        (status = 410, description = "It has expired", body = Problem, content_type = "application/problem+json"),
        (status = 412, description = "Another version of tus", body = Problem, content_type = "application/problem+json"),
        (status = 413, description = "More bytes than the upload was to have", body = Problem, content_type = "application/problem+json"),
        (status = 415, description = "Not `application/offset+octet-stream`", body = Problem, content_type = "application/problem+json"),
        (status = 422, description = "The whole file is refused: `code` is the first refusal's, `upload_id` the record of it", body = Problem, content_type = "application/problem+json"),
        (status = 423, description = "Another request is writing to it", body = Problem, content_type = "application/problem+json"),
        (status = 460, description = "The bytes have another checksum: none was kept", body = Problem, content_type = "application/problem+json"),
        (status = 503, description = "Try again after `Retry-After` seconds", body = Problem, content_type = "application/problem+json"),
    ),
    security(("bearer" = [])),
)]
#[patch("/v1/uploads/resumable/{id}", wrap = "from_fn(speak_tus)")]
pub async fn patch(
    caller: Authorized<MayUpload>,
    door: Data<Door>,
    id: Path<String>,
    request: HttpRequest,
    payload: Payload,
) -> Result<HttpResponse, ApiError> {
    let found = Found::of(&door, &caller, &request, &id).await?;
    write(&door, found, &request, payload).await
}

async fn write(
    door: &Door,
    found: Found,
    request: &HttpRequest,
    payload: Payload,
) -> Result<HttpResponse, ApiError> {
    let headers = request.headers();
    if !carries_bytes(headers)? {
        return Err(ApiError::UnsupportedMediaType(format!("the bytes come as {MEDIA_TYPE}")));
    }
    let offset = i64::try_from(bytes(headers, &UPLOAD_OFFSET)?).map_err(|_| wrong_offset())?;
    let checksum = Checksum::of(headers)?;
    let body = Body::plain(request, payload);
    let check = |found: &Found| match i64::try_from(body.announced_bytes().unwrap_or(0)) {
        _ if offset != found.row.offset_bytes => Err(wrong_offset()),
        Ok(announced) if announced <= found.row.length_bytes - offset => Ok(()),
        Ok(_) | Err(_) => Err(too_long(found.row.length_bytes)),
    };
    if found.row.upload_id.is_some() {
        check(&found)?;
        return respond(outcome(door, found).await?);
    }
    let partial = lock(door, found.file()).await?;
    // Only now nobody else changes it.
    let found = found.again(door).await?;
    if found.row.upload_id.is_some() {
        discard(partial).await?;
        check(&found)?;
        return respond(outcome(door, found).await?);
    }
    check(&found)?;
    let place = door.place(&found.sender).await?;
    let (found, partial) = append(door, found, partial, checksum, body).await?;
    let done = if found.is_whole() { finish(door, found, partial).await? } else { (found, None) };
    drop(place);
    respond(done)
}

fn respond((found, answer): (Found, Option<Answer>)) -> Result<HttpResponse, ApiError> {
    match answer {
        Some(answer) if answer.is_refusal() => answer.respond(),
        Some(_) | None => {
            let mut response = HttpResponse::NoContent();
            tell(&mut response, &found.row);
            Ok(response.finish())
        }
    }
}

/// Gives up a resumable upload (tus): its bytes are deleted. What has become an upload stays one.
#[utoipa::path(
    tag = "uploads",
    params(("id" = String, Path, description = "The resumable upload"), ("Tus-Resumable" = String, Header, description = "1.0.0")),
    responses(
        (status = 204, description = "It is gone"),
        (status = 401, description = "No valid token", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "No such upload of the caller's", body = Problem, content_type = "application/problem+json"),
        (status = 410, description = "It has expired", body = Problem, content_type = "application/problem+json"),
        (status = 412, description = "Another version of tus", body = Problem, content_type = "application/problem+json"),
        (status = 423, description = "Another request is writing to it", body = Problem, content_type = "application/problem+json"),
        (status = 503, description = "Try again after `Retry-After` seconds", body = Problem, content_type = "application/problem+json"),
    ),
    security(("bearer" = [])),
)]
#[delete("/v1/uploads/resumable/{id}", wrap = "from_fn(speak_tus)")]
pub async fn terminate(
    caller: Authorized<MayUpload>,
    door: Data<Door>,
    id: Path<String>,
    request: HttpRequest,
) -> Result<HttpResponse, ApiError> {
    give_up(&door, Found::of(&door, &caller, &request, &id).await?).await
}

async fn give_up(door: &Door, found: Found) -> Result<HttpResponse, ApiError> {
    let partial = lock(door, found.file()).await?;
    let (id, now, origin) = (found.row.id, door.clock.now(), found.sender.origin);
    let remove = move |tx: &mut schema::Tx<'_>| {
        if !resumable_uploads::remove(tx, id)? {
            return Err(ApiError::NotFound("resumable upload"));
        }
        Ok(audit::record(tx, &origin, Event::new("resumable-upload.remove", "resumable-upload", id), now)?)
    };
    durable(Step::RemoveResumable, door.db.run(found.sender.scope, remove)).await?;
    discard(partial).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Does what `X-HTTP-Method-Override` says, for clients that can send no other method (tus).
#[utoipa::path(
    tag = "uploads",
    params(
        ("id" = String, Path, description = "The resumable upload"),
        ("Tus-Resumable" = String, Header, description = "1.0.0"),
        ("X-HTTP-Method-Override" = String, Header, description = "`PATCH`, `DELETE` or `HEAD`, with the headers of that method"),
    ),
    request_body(content((UploadPart = "application/offset+octet-stream"))),
    responses(
        (status = 200, description = "As that method"),
        (status = 204, description = "As that method"),
        (status = "4XX", description = "As that method", body = Problem, content_type = "application/problem+json"),
        (status = 503, description = "Try again after `Retry-After` seconds", body = Problem, content_type = "application/problem+json"),
    ),
    security(("bearer" = [])),
)]
#[post("/v1/uploads/resumable/{id}", wrap = "from_fn(speak_tus)")]
pub async fn overridden(
    caller: Authorized<MayUpload>,
    door: Data<Door>,
    id: Path<String>,
    request: HttpRequest,
    payload: Payload,
) -> Result<HttpResponse, ApiError> {
    let found = Found::of(&door, &caller, &request, &id).await?;
    let method = request.headers().get("x-http-method-override").and_then(|method| method.to_str().ok());
    match method {
        Some("PATCH") => write(&door, found, &request, payload).await,
        Some("DELETE") => give_up(&door, found).await,
        Some("HEAD") => tell_head(&door, found).await,
        Some(_) | None => Err(unreadable("X-HTTP-Method-Override must be PATCH, DELETE or HEAD")),
    }
}
