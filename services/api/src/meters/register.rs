//! `POST /v1/meters`.

use actix_web::http::header::{CACHE_CONTROL, HeaderValue, LOCATION};
use actix_web::web::Data;
use actix_web::{HttpResponse, post};
use platform::audit::Event;
use platform::auth::{Authorized, METER_TOKEN_PREFIX, MayManageMeters, OpaqueToken};
use platform::calendar::{first_day, month_of};
use platform::problem::{ApiError, UniqueMeans};
use schema::meters::{self, NewMeter, NewToken, since_ever};
use schema::{Tx, evidence};
use secrecy::ExposeSecret;
use serde_json::{Value, json};
use uuid::Uuid;

use super::changer::Changer;
use super::registration::MeterRegistration;
use super::shown::RegisteredMeter;
use super::state::{View, show};
use crate::Api;
use crate::idempotency::{Creation, IdempotencyHeader, IdempotencyKey};
use crate::openapi::{Creation as CreationProblems, Guarded, Invalid, Unavailable};
use crate::request::Body;

/// As the keys of this operation are kept.
const OPERATION: &str = "POST /v1/meters";

/// Registers a meter of the caller's own partner.
///
/// Mode, contract and site hold for all time. For a meter that was de-registered they hold from the current month on,
/// and its history stays. The answer carries the meter's token, this once.
#[utoipa::path(
    tag = "meters",
    params(IdempotencyHeader),
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
    let creation = Creation::of(&caller, OPERATION, key, body.sha256);
    let registration = body.value;
    let location = format!("/v1/meters/{}", registration.id);
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
            let mut answer = register(tx, &registration, &token, &changer)?;
            creation.remember(tx, answer.clone(), changer.now)?;
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
    changer: &Changer,
) -> Result<Value, ApiError> {
    registration.assignment().check(tx)?;
    evidence::lock_meter(tx, registration.id)?;
    match meters::find(tx, registration.id)? {
        None => add(tx, registration, changer)?,
        Some(meter) if meter.deregistered_at.is_some() => add_again(tx, &meter, registration, changer)?,
        Some(_) => return Err(exists()),
    }
    let new = NewToken { id: Uuid::now_v7(), token_sha256: &token.sha256, created_at: changer.machine_now };
    meters::add_token(tx, registration.id, &new)?;
    let meter = meters::find(tx, registration.id)?.ok_or(ApiError::NotFound("meter"))?;
    changer.notify_if_offline(tx, None, &meter)?;
    let view = View { month: month_of(changer.now.date_naive()), now: changer.now };
    let shown = show(tx, vec![meter], view)?;
    let shown = serde_json::to_value(shown.first()).map_err(ApiError::internal)?;
    changer.record(tx, Event::new("meter.register", "meter", registration.id).after(shown.clone()))?;
    Ok(shown)
}

fn exists() -> ApiError {
    ApiError::conflict("meter-exists", "a meter with this id is registered already")
}

fn add(tx: &mut Tx<'_>, registration: &MeterRegistration, changer: &Changer) -> Result<(), ApiError> {
    let meter = NewMeter {
        id: registration.id,
        name: &registration.name,
        connectivity: registration.connectivity,
        public_key: registration.public_key.as_deref(),
        registered_at: changer.now,
    };
    let own = tx.organization()?;
    let settings =
        registration.assignment().settings((own, registration.id), since_ever(), Uuid::now_v7(), changer);
    meters::register(tx, &meter, &settings).unique_means(exists)
}

/// Registers a meter again. What it delivered before stays under the settings of those months; what was recorded for
/// months yet to come is superseded.
fn add_again(
    tx: &mut Tx<'_>,
    was: &meters::Meter,
    registration: &MeterRegistration,
    changer: &Changer,
) -> Result<(), ApiError> {
    let meter = meters::Meter {
        name: registration.name.clone(),
        connectivity: registration.connectivity,
        public_key: registration.public_key.clone(),
        registered_at: changer.now,
        deregistered_at: None,
        ..was.clone()
    };
    meters::change(tx, &meter)?;
    let mut months = Some(month_of(changer.now.date_naive()));
    while let Some(month) = months {
        registration.assignment().assign(tx, meter.id, month, changer)?;
        months = meters::next_change(tx, meter.id, first_day(month))?.map(month_of);
    }
    Ok(())
}
