//! `POST /v1/meters/{id}/tokens`.

use actix_web::http::header::{CACHE_CONTROL, HeaderValue};
use actix_web::web::{Data, Path};
use actix_web::{HttpResponse, post};
use platform::audit::Event;
use platform::auth::{Authorized, METER_TOKEN_PREFIX, MayManageMeters, OpaqueToken};
use platform::problem::{ApiError, Problem};
use schema::Tx;
use schema::meters::{self, NewToken};
use secrecy::ExposeSecret;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::shown::{MeterToken, NewMeterToken};
use crate::Api;
use crate::idempotency::{Creation, IdempotencyHeader, IdempotencyKey};
use crate::meters::changer::{Changer, lock};
use crate::openapi::{Guarded, Invalid, NotFound, Unavailable};

/// As the keys of this operation are kept.
const OPERATION: &str = "POST /v1/meters/{id}/tokens";

/// The one in use, and its successor.
const GOOD_TOKENS_MAX: i64 = 2;

/// Makes another token of a meter of the caller's own partner.
///
/// The one before stays good until it is revoked. The answer carries the token, this once.
#[utoipa::path(
    tag = "meters",
    params(
        ("id" = Uuid, Path, description = "The appliance's own UUID"),
        IdempotencyHeader,
    ),
    responses(
        (status = 201, description = "Made", body = NewMeterToken),
        (status = 409, description = "Two are good already: revoke one first. Or the meter is de-registered", body = Problem, content_type = "application/problem+json"),
        Guarded, NotFound, Invalid, Unavailable,
    ),
    security(("bearer" = [])),
)]
#[post("/v1/meters/{id}/tokens")]
pub async fn add_meter_token(
    caller: Authorized<MayManageMeters>,
    api: Data<Api>,
    id: Path<Uuid>,
    key: IdempotencyKey,
) -> Result<HttpResponse, ApiError> {
    let id = id.into_inner();
    // There is no body; the meter takes its place.
    let creation = Creation::of(&caller, OPERATION, key, Sha256::digest(id.as_bytes()).into());
    let token = OpaqueToken::generate(METER_TOKEN_PREFIX).map_err(ApiError::internal)?;
    let changer = Changer::of(&caller, &api);
    let own = caller.scope_of(None).await?;
    let answer = api
        .db
        .run(own, move |tx| {
            changer.hold_standing(tx)?;
            if let Some(first) = creation.first_answer(tx)? {
                return Ok(first);
            }
            let mut answer = add(tx, id, &token, &changer)?;
            creation.remember(tx, answer.clone(), changer.now)?;
            answer["token"] = json!(token.text.expose_secret());
            Ok::<_, ApiError>(answer)
        })
        .await?;
    Ok(HttpResponse::Created()
        .insert_header((CACHE_CONTROL, HeaderValue::from_static("no-store")))
        .json(answer))
}

/// The token as the API shows it, still without its text.
fn add(tx: &mut Tx<'_>, meter_id: Uuid, token: &OpaqueToken, changer: &Changer) -> Result<Value, ApiError> {
    let meter = lock(tx, meter_id)?;
    if meter.deregistered_at.is_some() {
        return Err(ApiError::conflict(
            "meter-deregistered",
            "the meter is de-registered: register it again",
        ));
    }
    if meters::good_tokens(tx, meter_id)? >= GOOD_TOKENS_MAX {
        let message = format!("{GOOD_TOKENS_MAX} tokens of the meter are good: revoke one first");
        return Err(ApiError::conflict("too-many-tokens", message));
    }
    let (id, created_at) = (Uuid::now_v7(), changer.machine_now);
    meters::add_token(tx, meter_id, &NewToken { id, token_sha256: &token.sha256, created_at })?;
    let after = json!({ "token_id": id });
    changer.record(tx, Event::new("meter.add-token", "meter", meter_id).after(after))?;
    let shown = MeterToken { id, created_at, revoked_at: None };
    serde_json::to_value(shown).map_err(ApiError::internal)
}
