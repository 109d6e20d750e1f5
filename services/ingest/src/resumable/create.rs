//! `POST /v1/uploads/resumable`: the beginning of an upload, perhaps with its first bytes.

use actix_web::http::header::LOCATION;
use actix_web::middleware::from_fn;
use actix_web::web::{Data, Payload};
use actix_web::{HttpRequest, HttpResponse, post};
use aws_lc_rs::digest::{SHA256, digest};
use chrono::TimeDelta;
use platform::audit::{self, Event};
use platform::auth::{Authorized, MayUpload};
use platform::durable::{Step, durable};
use platform::idempotency::{IdempotencyHeader, IdempotencyKey};
use platform::problem::{ApiError, Problem};
use schema::Tx;
use schema::idempotency::FirstAnswer;
use schema::resumable_uploads::{self, NewResumableUpload, ResumableUpload};
use serde_json::json;
use uuid::Uuid;

use super::append::UploadPart;
use super::described::{address, tell};
use super::finish::{complete, finish, lock};
use super::found::{Found, sender};
use super::headers::{Checksum, MEDIA_TYPE, carries_bytes, length, metadata};
use super::tus::{check_version, gone, speak_tus};
use super::writer::{append, too_long};
use crate::Door;
use crate::answer::Answer;
use crate::door::Sender;
use crate::receive::Body;

/// Begins a resumable upload (tus), if wanted with its first bytes.
///
/// `Location` is where the bytes go, by `PATCH`.
#[utoipa::path(
    tag = "uploads",
    params(
        IdempotencyHeader,
        ("Tus-Resumable" = String, Header, description = "1.0.0"),
        ("Upload-Length" = u64, Header, description = "Of the whole file"),
        ("Upload-Metadata" = Option<String>, Header, description = "Shown again by `HEAD`; nothing else is made of it"),
        ("Upload-Checksum" = Option<String>, Header, description = "`sha1`, `sha256` or `sha512`, and the digest of these bytes in base64"),
    ),
    request_body(content((UploadPart = "application/offset+octet-stream"))),
    responses(
        (status = 201, description = "It has begun", headers(("Location" = String), ("Upload-Offset" = u64), ("Upload-Expires" = String), ("Usage-Upload-Id" = String))),
        (status = 400, description = "The request cannot be read", body = Problem, content_type = "application/problem+json"),
        (status = 401, description = "No valid token", body = Problem, content_type = "application/problem+json"),
        (status = 403, description = "Only partners and their meters upload", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "The organization has too many of them open, or too large ones", body = Problem, content_type = "application/problem+json"),
        (status = 410, description = "The one that this key began has ended", body = Problem, content_type = "application/problem+json"),
        (status = 412, description = "Another version of tus", body = Problem, content_type = "application/problem+json"),
        (status = 413, description = "The file is too large", body = Problem, content_type = "application/problem+json"),
        (status = 415, description = "A body that is not `application/offset+octet-stream`", body = Problem, content_type = "application/problem+json"),
        (status = 422, description = "The whole file came with the request, or with one of this key before, and is refused", body = Problem, content_type = "application/problem+json"),
        (status = 423, description = "The last bytes of the one that this key began are being written", body = Problem, content_type = "application/problem+json"),
        (status = 460, description = "The bytes have another checksum: none was kept", body = Problem, content_type = "application/problem+json"),
        (status = 503, description = "Try again after `Retry-After` seconds", body = Problem, content_type = "application/problem+json"),
    ),
    security(("bearer" = [])),
)]
#[post("/v1/uploads/resumable", wrap = "from_fn(speak_tus)")]
pub async fn create(
    caller: Authorized<MayUpload>,
    door: Data<Door>,
    key: IdempotencyKey,
    request: HttpRequest,
    payload: Payload,
) -> Result<HttpResponse, ApiError> {
    check_version(&request)?;
    let headers = request.headers();
    let length_bytes = length(headers, door.limits.bytes_max)?;
    let wanted = Wanted { length_bytes: length_bytes.cast_signed(), metadata: metadata(headers)?, key };
    let (carries, body) = (carries_bytes(headers)?, Body::plain(&request, payload));
    let announced = body.announced_bytes().unwrap_or(0);
    if !carries && announced > 0 {
        return Err(ApiError::UnsupportedMediaType(format!("the bytes come as {MEDIA_TYPE}")));
    }
    if announced > length_bytes {
        return Err(too_long(wanted.length_bytes));
    }
    let checksum = Checksum::of(headers)?;
    let sender = sender(&caller).await?;
    let (row, is_new) = durable(Step::CreateResumable, begin(&door, sender.clone(), wanted)).await?;
    let found = Found { row, sender };
    let (found, answer) = if !is_new {
        // Asked again, as after an answer that was lost: to a client a full offset means success.
        complete(&door, found).await?
    } else if carries || found.is_whole() {
        // An empty file is whole at once.
        write_first(&door, found, checksum, body).await?
    } else {
        (found, None)
    };
    if let Some(refusal) = answer.filter(Answer::is_refusal) {
        return refusal.respond();
    }
    let mut response = HttpResponse::Created();
    tell(&mut response, &found.row);
    Ok(response.insert_header((LOCATION, address(&found.row))).finish())
}

async fn write_first(
    door: &Door,
    found: Found,
    checksum: Option<Checksum>,
    body: Body,
) -> Result<(Found, Option<Answer>), ApiError> {
    let partial = lock(door, found.file()).await?;
    let _place = door.place(&found.sender).await?;
    let (found, partial) = append(door, found, partial, checksum, body).await?;
    if found.is_whole() { finish(door, found, partial).await } else { Ok((found, None)) }
}

/// What a request asks for.
struct Wanted {
    length_bytes: i64,
    metadata: String,
    key: IdempotencyKey,
}

/// The row and whether it is new: the same key brings back the first.
async fn begin(door: &Door, sender: Sender, wanted: Wanted) -> Result<(ResumableUpload, bool), ApiError> {
    let (settings, machine_now, now) = (door.resumable, door.clock.machine_now(), door.clock.now());
    let expiry = TimeDelta::from_std(settings.expiry).map_err(ApiError::internal)?;
    let work = move |tx: &mut Tx<'_>| {
        let Wanted { length_bytes, metadata, key } = wanted;
        let meter = sender.meter_id.map(|id| format!(" meter:{id}")).unwrap_or_default();
        let operation = format!("POST /v1/uploads/resumable{meter}");
        let sha256 = digest(&SHA256, format!("{length_bytes} {metadata}").as_bytes());
        if let Some(first) = key.first_answer(tx, &operation, sha256.as_ref())? {
            let id: Option<Uuid> = first.answer["id"].as_str().and_then(|id| id.parse().ok());
            let row = id.map(|id| resumable_uploads::find(tx, id)).transpose()?.flatten();
            return Ok((row.filter(|row| row.expires_at > machine_now).ok_or_else(gone)?, false));
        }
        let open = resumable_uploads::open(tx, machine_now)?;
        if open.count >= settings.open_max || length_bytes > settings.bytes_max - open.bytes {
            return Err(too_many());
        }
        let id = Uuid::now_v7();
        let new = NewResumableUpload {
            id,
            created_by: &sender.origin.actor,
            meter_id: sender.meter_id,
            metadata: &metadata,
            length_bytes,
            created_at: machine_now,
            expires_at: machine_now + expiry,
            received_at: (length_bytes == 0).then_some(now),
        };
        resumable_uploads::add(tx, &new)?;
        let event = Event::new("resumable-upload.create", "resumable-upload", id);
        audit::record(tx, &sender.origin, event.after(json!({ "length_bytes": length_bytes })), now)?;
        let answer = json!({ "id": id });
        let first = FirstAnswer { body_sha256: sha256.as_ref().to_vec(), status: 201, answer };
        key.remember(tx, &operation, &first, now)?;
        let row = resumable_uploads::find(tx, id)?.ok_or(diesel::result::Error::NotFound)?;
        Ok((row, true))
    };
    door.db.run(sender.scope.clone(), work).await
}

fn too_many() -> ApiError {
    let detail = "your organization has too many resumable uploads open, or too large ones: end some, or wait until they \
                  expire";
    ApiError::conflict("resumable-uploads-exceeded", detail)
}
