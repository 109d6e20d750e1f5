//! `POST /v1/uploads`: the whole story of a file at the door.

use actix_web::web::{Data, Payload};
use actix_web::{HttpRequest, HttpResponse, post};
use platform::audit::Origin;
use platform::auth::{Authorized, MayUpload};
use platform::durable::{Step, durable};
use platform::idempotency::{IdempotencyHeader, IdempotencyKey};
use platform::problem::{ApiError, Problem};
use platform::wire::Upload;
use schema::Scope;
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;

use crate::Door;
use crate::answer::Answer;
use crate::check::check;
use crate::digest::{DigestHeaders, Digests};
use crate::first::First;
use crate::receive::{Body, Incoming, receive};
use crate::record::{Arrival, NotRecorded, answer_to_known, record};

/// How often a file is judged whose meter is changed while it is.
const JUDGED_MAX: u32 = 5;
/// In seconds, for one whose meter is changed without end: the service can take it, once its organization lets it.
const OUTDATED_RETRY_AFTER: u32 = 1;

/// Adds the door's one endpoint.
pub fn configure(cfg: &mut ServiceConfig<'_>) {
    cfg.service(upload);
}

/// Who sent a file.
#[derive(Debug, Clone)]
pub struct Sender {
    /// Its organization.
    pub scope: Scope,
    /// The one meter whose files it may send; none when it may send any of its organization's.
    pub meter_id: Option<Uuid>,
    /// Whose doing it is, as `uploads.uploaded_by` and the audit have it.
    pub origin: Origin,
}

/// A usage data file as it is.
#[derive(ToSchema)]
#[schema(value_type = String, format = Binary)]
#[expect(dead_code, reason = "describes the body; the file is read as it streams by")]
struct UploadBytes(Vec<u8>);

/// A usage data file in a form.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes the form; the file is read as it streams by")]
struct UploadForm {
    /// The one field.
    #[schema(value_type = String, format = Binary)]
    file: Vec<u8>,
}

/// Uploads a usage data file.
///
/// What can be checked without unpacking its collections is checked before the answer. The same bytes again are not
/// stored or processed again, unless they were refused.
#[utoipa::path(
    tag = "uploads",
    params(IdempotencyHeader, DigestHeaders),
    request_body(content((UploadBytes = "application/octet-stream"), (UploadForm = "multipart/form-data"))),
    responses(
        (status = 200, description = "These bytes are known: the upload that brought them", body = Upload),
        (status = 202, description = "Stored and queued", body = Upload, headers(("Location" = String))),
        (status = 400, description = "The body cannot be read, or has another digest than it says (`digest-mismatch`)", body = Problem, content_type = "application/problem+json"),
        (status = 401, description = "No valid token", body = Problem, content_type = "application/problem+json"),
        (status = 403, description = "Only partners and their meters upload", body = Problem, content_type = "application/problem+json"),
        (status = 413, description = "The file is too large", body = Problem, content_type = "application/problem+json"),
        (status = 415, description = "Not a media type of files", body = Problem, content_type = "application/problem+json"),
        (status = 422, description = "Refused: `code` is the first refusal's, `upload_id` the record of it", body = Problem, content_type = "application/problem+json"),
        (status = 503, description = "Try again after `Retry-After` seconds", body = Problem, content_type = "application/problem+json"),
    ),
    security(("bearer" = [])),
)]
#[post("/v1/uploads")]
async fn upload(
    caller: Authorized<MayUpload>,
    door: Data<Door>,
    key: IdempotencyKey,
    request: HttpRequest,
    payload: Payload,
) -> Result<HttpResponse, ApiError> {
    let body = Body::of(&request, payload, door.limits.bytes_max)?;
    let (meter_id, origin) = (caller.meter_id(), caller.origin().clone());
    let sender = Sender { scope: caller.scope().await?, meter_id, origin };
    let digests = Digests::of(&request)?;
    let answer = take_in(&door, sender, First::Key(key), body, digests).await?;
    answer.respond()
}

async fn take_in(
    door: &Door,
    sender: Sender,
    first: First,
    body: Body,
    digests: Digests,
) -> Result<Answer, ApiError> {
    let _place = door.place(&sender).await?;
    let received = receive(door, body, digests).await?;
    let arrival = Arrival { sender, first, sha256: received.sha256, received_at: received.received_at };
    settle(door, arrival, received).await
}

/// What becomes of a file of which every byte is here. Known bytes are neither stored nor checked again; the others are
/// on the disk before anything is checked, so that what is refused can be looked at.
pub async fn settle(door: &Door, arrival: Arrival, received: Incoming) -> Result<Answer, ApiError> {
    let answer = settle_quietly(door, arrival, received).await?;
    let (outcome, id) = (answer.outcome(), answer.upload_id());
    metrics::counter!("uploads_total", "outcome" => outcome).increment(1);
    tracing::info!(outcome, id, "answered an upload");
    Ok(answer)
}

async fn settle_quietly(door: &Door, arrival: Arrival, received: Incoming) -> Result<Answer, ApiError> {
    if let Some(answer) = answer_to_known(door, &arrival).await? {
        received.forget(door.store.clone()).await?;
        return Ok(answer);
    }
    let stored = durable(Step::StoreFile, received.commit()).await?;
    for _ in 0..JUDGED_MAX {
        let verdict = check(door, &arrival.sender, stored.sha256, arrival.received_at).await?;
        match durable(Step::RecordUpload, record(door, arrival.clone(), stored.size, verdict)).await {
            Ok(answer) => {
                door.wake.notify_one();
                return Ok(answer);
            }
            Err(NotRecorded::Outdated) => {}
            Err(NotRecorded::Error(error)) => return Err(error),
        }
    }
    Err(ApiError::TooManyRequests { retry_after: OUTDATED_RETRY_AFTER })
}
