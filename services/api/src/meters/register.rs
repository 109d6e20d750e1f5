//! `POST /v1/meters`.

use actix_web::http::header::{CACHE_CONTROL, HeaderValue, LOCATION};
use actix_web::web::Data;
use actix_web::{HttpResponse, post};
use platform::auth::{Authorized, METER_TOKEN_PREFIX, MayManageMeters, OpaqueToken};
use platform::problem::{ApiError, UniqueMeans};
use schema::Tx;
use schema::meters::{self, NewMeter, Settings, since_ever};
use secrecy::ExposeSecret;
use serde_json::{Value, json};

use super::registration::MeterRegistration;
use super::shown::RegisteredMeter;
use super::state::{View, show};
use crate::Api;
use crate::idempotency::{Creation, IdempotencyKey};
use crate::openapi::{Creation as CreationProblems, Guarded, Invalid, Unavailable};
use crate::request::Body;

/// As the keys of this operation are kept.
const OPERATION: &str = "POST /v1/meters";

/// Registers a meter of the caller's own partner.
///
/// The answer carries the meter's token, this once.
#[utoipa::path(
    tag = "meters",
    params(("Idempotency-Key" = Option<String>, Header, description = "The same key with the same body returns the first answer, without the token")),
    request_body = MeterRegistration,
    responses(
        (status = 201, description = "Registered", body = RegisteredMeter, headers(("Location" = String))),
        Guarded, Invalid, CreationProblems, Unavailable,
    ),
    security(("bearer" = [])),
)]
#[post("/v1/meters")]
pub async fn register_meter(
    caller: Authorized<MayManageMeters>,
    api: Data<Api>,
    key: IdempotencyKey,
    body: Body<MeterRegistration>,
) -> Result<HttpResponse, ApiError> {
    let creation = Creation { operation: OPERATION, key, body_sha256: body.sha256 };
    let registration = body.value;
    let location = format!("/v1/meters/{}", registration.id);
    let token = OpaqueToken::generate(METER_TOKEN_PREFIX).map_err(ApiError::internal)?;
    let view = View::of(&api, None);
    let own = caller.scope_of(None).await?;
    let answer = api
        .db
        .run(own, move |tx| {
            if let Some(first) = creation.first_answer(tx)? {
                return Ok(first);
            }
            let mut answer = register(tx, &registration, &token, view)?;
            creation.remember(tx, answer.clone(), view.now)?;
            answer["token"] = json!(token.text.expose_secret());
            Ok::<_, ApiError>(answer)
        })
        .await?;
    Ok(HttpResponse::Created()
        .insert_header((LOCATION, location))
        .insert_header((CACHE_CONTROL, HeaderValue::from_static("no-store")))
        .json(answer))
}

/// The meter as the API shows it, still without its token.
fn register(
    tx: &mut Tx<'_>,
    registration: &MeterRegistration,
    token: &OpaqueToken,
    view: View,
) -> Result<Value, ApiError> {
    registration.check(tx)?;
    let organization_id = tx.organization()?;
    let meter = NewMeter {
        id: registration.id,
        name: &registration.name,
        connectivity: registration.connectivity,
        public_key: registration.public_key.as_deref(),
        token_sha256: &token.sha256,
        registered_at: view.now,
    };
    let settings = Settings {
        organization_id,
        meter_id: registration.id,
        effective_from: since_ever(),
        billing_mode: registration.billing_mode,
        contract_number: registration.contract_number.clone(),
        site_id: registration.site_id,
        recorded_at: view.now,
    };
    meters::register(tx, &meter, &settings)
        .unique_means(|| ApiError::conflict("meter-exists", "a meter with this id is registered already"))?;
    let meter = meters::find(tx, registration.id)?.ok_or(ApiError::NotFound("meter"))?;
    let shown = show(tx, vec![meter], view)?;
    serde_json::to_value(shown.first()).map_err(ApiError::internal)
}
