//! `GET /v1/meters/{id}/settings`.

use actix_web::get;
use actix_web::web::{Data, Json, Path};
use chrono::{DateTime, NaiveDate, Utc};
use platform::auth::{Authorized, MayRead};
use platform::calendar::month_of;
use platform::problem::ApiError;
use schema::meters::{self, Settings, since_ever};
use schema::types::BillingMode;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::one::{SeveralPartners, one};
use crate::Api;
use crate::openapi::{Guarded, Invalid, NotFound, Unavailable};
use crate::page::{Page, PageParams};
use crate::partner::{PartnerList, PartnerParams, list_scope};
use crate::request::Params;

/// What a meter is set to from a month on.
#[derive(Debug, Serialize, ToSchema)]
pub struct MeterSettings {
    /// The month at whose begin they take effect; null for those given at the first registration, which hold for all
    /// time before it, too.
    #[schema(example = "2026-11")]
    effective_from: Option<String>,
    /// Whether its evidence is billed.
    billing_mode: BillingMode,
    /// What its usage is ordered under.
    contract_number: String,
    /// Where it stands.
    site_id: Option<Uuid>,
    /// When they were recorded. Of two with the same month the later recorded are in force.
    recorded_at: DateTime<Utc>,
    /// Who recorded them, such as `user:<id>`; null where that was not kept.
    recorded_by: Option<String>,
}

impl From<Settings> for MeterSettings {
    fn from(settings: Settings) -> Self {
        let dated = Some(settings.effective_from).filter(|day| *day != since_ever());
        Self {
            effective_from: dated.map(|day| month_of(day).to_string()),
            billing_mode: settings.billing_mode,
            contract_number: settings.contract_number,
            site_id: settings.site_id,
            recorded_at: settings.recorded_at,
            recorded_by: settings.recorded_by,
        }
    }
}

/// The last settings of a page.
type Place = (NaiveDate, Uuid);

/// Lists the settings ever recorded for a meter in the order in which one replaces the other: by the month from which
/// they hold, then as they were recorded.
#[utoipa::path(
    tag = "meters",
    params(("id" = Uuid, Path, description = "The appliance's own UUID"), PartnerParams, PageParams),
    responses((status = 200, description = "A page of settings", body = Page<MeterSettings>), SeveralPartners, Guarded, NotFound, Invalid, Unavailable),
    security(("bearer" = [])),
)]
#[get("/v1/meters/{id}/settings")]
pub async fn list_meter_settings(
    caller: Authorized<MayRead>,
    api: Data<Api>,
    id: Path<Uuid>,
    params: Params<PartnerList<Place>>,
) -> Result<Json<Page<MeterSettings>>, ApiError> {
    let PartnerList { partner_id, page } = params.0;
    let scope = list_scope(&caller, partner_id).await?;
    let page = api
        .db
        .run(scope, move |tx| {
            let meter = one(tx, *id)?;
            let fetched =
                meters::settings_page(tx, (meter.organization_id, meter.id), page.after, page.fetch())?;
            let (settings, next_cursor) =
                page.cut(fetched, |settings| (settings.effective_from, settings.id));
            let items = settings.into_iter().map(MeterSettings::from).collect();
            Ok::<_, ApiError>(Page { items, next_cursor })
        })
        .await?;
    Ok(Json(page))
}
