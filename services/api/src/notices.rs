//! Notices: what a partner and those above it should see without looking for it.

use actix_web::get;
use actix_web::web::{Data, Json};
use chrono::{DateTime, Utc};
use platform::auth::{Authorized, MayRead};
use platform::problem::ApiError;
use schema::notices;
use schema::types::NoticeKind;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;

use crate::Api;
use crate::openapi::{Guarded, Invalid, NotFound, Unavailable};
use crate::page::{Page, PageParams};
use crate::partner::{PartnerList, PartnerParams, list_scope};
use crate::request::Params;

/// Adds the endpoint.
pub fn configure(cfg: &mut ServiceConfig<'_>) {
    cfg.service(list_notices);
}

/// Something that happened at a partner.
#[derive(Debug, Serialize, ToSchema)]
pub struct Notice {
    /// UUID v7.
    id: Uuid,
    /// When.
    at: DateTime<Utc>,
    /// What.
    kind: NoticeKind,
    /// At whom.
    partner_id: Uuid,
    /// The meter that it is about.
    meter_id: Uuid,
}

impl From<notices::Notice> for Notice {
    fn from(notice: notices::Notice) -> Self {
        let notices::Notice { organization_id, id, at, kind, meter_id } = notice;
        Self { id, at, kind, partner_id: organization_id, meter_id }
    }
}

/// Lists the notices about the partners that the caller sees, newest first.
#[utoipa::path(
    tag = "meters",
    params(PartnerParams, PageParams),
    responses((status = 200, description = "A page of notices", body = Page<Notice>), Guarded, NotFound, Invalid, Unavailable),
    security(("bearer" = [])),
)]
#[get("/v1/notices")]
pub async fn list_notices(
    caller: Authorized<MayRead>,
    api: Data<Api>,
    params: Params<PartnerList<Uuid>>,
) -> Result<Json<Page<Notice>>, ApiError> {
    let PartnerList { partner_id, page } = params.0;
    let scope = list_scope(&caller, partner_id).await?;
    let page = api
        .db
        .run(scope, move |tx| {
            let fetched = notices::list(tx, page.after, page.fetch())?;
            let (notices, next_cursor) = page.cut(fetched, |notice| notice.id);
            Ok::<_, ApiError>(Page { items: notices.into_iter().map(Notice::from).collect(), next_cursor })
        })
        .await?;
    Ok(Json(page))
}
