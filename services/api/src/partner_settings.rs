//! `GET` and `PUT /v1/settings`: what a partner sets for all of its meters.

use actix_web::web::{Data, Json};
use actix_web::{get, put};
use platform::audit::{self, Event};
use platform::auth::{Authorized, MayManageMeters, MayRead};
use platform::problem::ApiError;
use schema::partner_settings;
use serde::Serialize;
use serde_json::json;
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;

use crate::Api;
use crate::openapi::{Guarded, Invalid, NotFound, TakesJson, Unavailable};
use crate::partner::Partner;
use crate::request::{Body, Fields, FromFields, Params, parse};
use crate::standing::hold;

/// Adds the endpoints.
pub fn configure(cfg: &mut ServiceConfig<'_>) {
    cfg.service(get_settings).service(set_settings);
}

/// A partner's settings.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
pub struct PartnerSettings {
    /// Whether only signed files are taken: those of meters without a registered key are refused with
    /// `signature-missing`.
    require_signatures: bool,
}

impl FromFields for PartnerSettings {
    fn from_fields(fields: &mut Fields) -> Option<Self> {
        Some(Self { require_signatures: fields.required_flag("require_signatures")? })
    }
}

impl From<partner_settings::PartnerSettings> for PartnerSettings {
    fn from(settings: partner_settings::PartnerSettings) -> Self {
        let partner_settings::PartnerSettings { require_signatures } = settings;
        Self { require_signatures }
    }
}

/// Whose settings.
#[derive(utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct SettingsParams {
    /// Whose settings; needed by callers that see several partners
    partner_id: Option<Uuid>,
}

impl FromFields for SettingsParams {
    fn from_fields(fields: &mut Fields) -> Option<Self> {
        Some(Self { partner_id: fields.optional("partner_id", parse::uuid) })
    }
}

/// Shows a partner's settings.
#[utoipa::path(
    tag = "meters",
    params(SettingsParams),
    responses((status = 200, description = "The settings", body = PartnerSettings), Guarded, NotFound, Invalid, Unavailable),
    security(("bearer" = [])),
)]
#[get("/v1/settings")]
pub async fn get_settings(
    caller: Authorized<MayRead>,
    api: Data<Api>,
    params: Params<SettingsParams>,
) -> Result<Json<PartnerSettings>, ApiError> {
    let partner = Partner::of(&caller, params.0.partner_id).await?;
    let settings =
        api.db.run(partner.scope, move |tx| Ok::<_, ApiError>(partner_settings::of(tx, partner.id)?)).await?;
    Ok(Json(settings.into()))
}

/// Sets the settings of the caller's own partner; they hold for what is received from then on.
#[utoipa::path(
    tag = "meters",
    request_body = PartnerSettings,
    responses((status = 200, description = "The settings", body = PartnerSettings), Guarded, Invalid, TakesJson, Unavailable),
    security(("bearer" = [])),
)]
#[put("/v1/settings")]
pub async fn set_settings(
    caller: Authorized<MayManageMeters>,
    api: Data<Api>,
    body: Body<PartnerSettings>,
) -> Result<Json<PartnerSettings>, ApiError> {
    let (settings, id) = (body.value, caller.organization_id());
    let (user, origin, now) = (caller.user().copied(), caller.origin().clone(), api.clock.now());
    let own = caller.scope_of(None).await?;
    api.db
        .run(own, move |tx| {
            hold(tx, user)?;
            let was = PartnerSettings::from(partner_settings::lock(tx)?);
            if was == settings {
                return Ok(());
            }
            let PartnerSettings { require_signatures } = settings;
            partner_settings::set(tx, partner_settings::PartnerSettings { require_signatures })?;
            let event =
                Event::new("settings.change", "settings", id).before(json!(was)).after(json!(settings));
            Ok::<_, ApiError>(audit::record(tx, &origin, event, now)?)
        })
        .await?;
    Ok(Json(settings))
}
