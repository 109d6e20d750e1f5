//! `GET /v1/meter-conflicts`.

use actix_web::get;
use actix_web::web::{Data, Json};
use chrono::{DateTime, Utc};
use platform::auth::{Authorized, MayOperate};
use platform::problem::ApiError;
use schema::meters::{self, Claim};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::Api;
use crate::openapi::{Guarded, Invalid, Unavailable};
use crate::page::{Page, PageParams, PageRequest};
use crate::request::Params;

/// A meter that several partners have registered.
#[derive(Debug, Serialize, ToSchema)]
pub struct MeterConflict {
    /// The appliance's own UUID.
    meter_id: Uuid,
    /// Who has registered it, by id.
    partners: Vec<Claimant>,
}

/// A partner that has registered the meter.
#[derive(Debug, Serialize, ToSchema)]
pub struct Claimant {
    /// The partner.
    partner_id: Uuid,
    /// When it registered the meter.
    registered_at: DateTime<Utc>,
    /// When its newest upload of the meter was received, whatever became of it.
    last_upload_at: Option<DateTime<Utc>>,
}

/// Lists the meters that several partners have registered under one id, by that id: an appliance that was sold or copied,
/// or a claim that is wrong. The partners learn nothing of it.
#[utoipa::path(
    tag = "meters",
    params(PageParams),
    responses((status = 200, description = "A page of meters", body = Page<MeterConflict>), Guarded, Invalid, Unavailable),
    security(("bearer" = [])),
)]
#[get("/v1/meter-conflicts")]
pub async fn list_meter_conflicts(
    caller: Authorized<MayOperate>,
    api: Data<Api>,
    page: Params<PageRequest<Uuid>>,
) -> Result<Json<Page<MeterConflict>>, ApiError> {
    let (scope, page) = (caller.scope().await?, page.0);
    let page = api
        .db
        .run(scope, move |tx| {
            let fetched = by_meter(meters::conflicts(tx, page.after, page.fetch())?);
            let (items, next_cursor) = page.cut(fetched, |conflict| conflict.meter_id);
            Ok::<_, ApiError>(Page { items, next_cursor })
        })
        .await?;
    Ok(Json(page))
}

/// Claims of one meter come one after the other.
fn by_meter(claims: Vec<Claim>) -> Vec<MeterConflict> {
    let mut conflicts: Vec<MeterConflict> = Vec::new();
    for Claim { meter_id, organization_id, registered_at, last_upload_at } in claims {
        let claimant = Claimant { partner_id: organization_id, registered_at, last_upload_at };
        match conflicts.last_mut() {
            Some(conflict) if conflict.meter_id == meter_id => conflict.partners.push(claimant),
            _ => conflicts.push(MeterConflict { meter_id, partners: vec![claimant] }),
        }
    }
    conflicts
}
