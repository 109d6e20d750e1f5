//! `PUT /v1/clock`: rehearsals and tests move the service's clock.

use actix_web::dev::Payload;
use actix_web::web::{Data, Json};
use actix_web::{FromRequest, HttpRequest, put};
use chrono::{DateTime, Datelike, Utc};
use platform::auth::{Authorized, OperatorAdmin};
use platform::problem::ApiError;
use serde::Serialize;
use std::future::{Ready, ready};
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use crate::Api;
use crate::openapi::{Guarded, Invalid, NotFound, TakesJson, Unavailable};
use crate::request::{Body, Fields, FromFields, parse};

/// The years whose months the database keeps.
const YEARS: std::ops::RangeInclusive<i32> = 2000..=2199;

/// Adds the endpoint.
pub fn configure(cfg: &mut ServiceConfig<'_>) {
    cfg.service(set_clock);
}

/// An instant of the service's clock.
#[derive(Serialize, ToSchema)]
pub struct ClockTime {
    /// From here it ticks on.
    now: DateTime<Utc>,
}

impl FromFields for ClockTime {
    fn from_fields(fields: &mut Fields) -> Option<Self> {
        let now = fields.required("now", |text| {
            let now = parse::instant(text)?;
            let fits = YEARS.contains(&now.year());
            fits.then_some(now).ok_or_else(|| format!("is not between {} and {}", YEARS.start(), YEARS.end()))
        });
        Some(Self { now: now? })
    }
}

/// Where the clock can be moved. Elsewhere there is no such resource, whoever asks.
struct Development;

impl FromRequest for Development {
    type Error = ApiError;
    type Future = Ready<Result<Self, ApiError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let movable = request.app_data::<Data<Api>>().is_some_and(|api| api.clock.is_movable());
        ready(if movable { Ok(Self) } else { Err(ApiError::NotFound("resource")) })
    }
}

/// Moves the service's clock, forwards or back, for all roles within a second. In development only.
#[utoipa::path(
    tag = "machinery",
    request_body = ClockTime,
    responses((status = 200, description = "Moved", body = ClockTime), Guarded, NotFound, Invalid, TakesJson, Unavailable),
    security(("bearer" = [])),
)]
#[put("/v1/clock")]
async fn set_clock(
    _: Development,
    caller: Authorized<OperatorAdmin>,
    api: Data<Api>,
    body: Body<ClockTime>,
) -> Result<Json<ClockTime>, ApiError> {
    api.clock.set(body.value.now, caller.origin()).await?;
    Ok(Json(ClockTime { now: api.clock.now() }))
}
