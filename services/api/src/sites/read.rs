//! `GET /v1/sites`.

use actix_web::get;
use actix_web::web::{Data, Json};
use platform::auth::{Authorized, MayRead};
use platform::problem::ApiError;
use schema::contracts;
use uuid::Uuid;

use super::shown::Site;
use crate::Api;
use crate::openapi::{Guarded, Invalid, NotFound, Unavailable};
use crate::page::{Page, PageParams};
use crate::partner::{PartnerList, PartnerParams, list_scope};
use crate::request::Params;

/// Lists the sites that the caller sees, in the order in which they were added.
#[utoipa::path(
    tag = "organizations",
    params(PartnerParams, PageParams),
    responses((status = 200, description = "A page of sites", body = Page<Site>), Guarded, NotFound, Invalid, Unavailable),
    security(("bearer" = [])),
)]
#[get("/v1/sites")]
pub async fn list_sites(
    caller: Authorized<MayRead>,
    api: Data<Api>,
    params: Params<PartnerList<Uuid>>,
) -> Result<Json<Page<Site>>, ApiError> {
    let PartnerList { partner_id, page } = params.0;
    let scope = list_scope(&caller, partner_id).await?;
    let page = api
        .db
        .run(scope, move |tx| {
            let fetched = contracts::list_sites(tx, page.after, page.fetch())?;
            let (sites, next_cursor) = page.cut(fetched, |site| site.id);
            Ok::<_, ApiError>(Page { items: sites.into_iter().map(Site::from).collect(), next_cursor })
        })
        .await?;
    Ok(Json(page))
}
