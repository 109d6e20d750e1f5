//! `GET /v1/contracts`.

use actix_web::get;
use actix_web::web::{Data, Json};
use platform::auth::{Authorized, MayRead};
use platform::problem::ApiError;
use schema::contracts;
use uuid::Uuid;

use super::shown::Contract;
use crate::Api;
use crate::openapi::{Guarded, Invalid, NotFound, Unavailable};
use crate::page::{Page, PageParams};
use crate::partner::{PartnerList, PartnerParams, list_scope};
use crate::request::Params;

/// The last contract of a page: two partners may have the same number.
type Place = (Uuid, String);

/// Lists the contracts that the caller sees, by partner and number.
#[utoipa::path(
    tag = "organizations",
    params(PartnerParams, PageParams),
    responses((status = 200, description = "A page of contracts", body = Page<Contract>), Guarded, NotFound, Invalid, Unavailable),
    security(("bearer" = [])),
)]
#[get("/v1/contracts")]
pub async fn list_contracts(
    caller: Authorized<MayRead>,
    api: Data<Api>,
    params: Params<PartnerList<Place>>,
) -> Result<Json<Page<Contract>>, ApiError> {
    let PartnerList { partner_id, page } = params.0;
    let scope = list_scope(&caller, partner_id).await?;
    let page = api
        .db
        .run(scope, move |tx| {
            let after = page.after.as_ref().map(|(partner_id, number)| (*partner_id, number.as_str()));
            let fetched = contracts::list(tx, after, page.fetch())?;
            let place = |contract: &contracts::Contract| (contract.organization_id, contract.number.clone());
            let (contracts, next_cursor) = page.cut(fetched, place);
            Ok::<_, ApiError>(Page {
                items: contracts.into_iter().map(Contract::from).collect(),
                next_cursor,
            })
        })
        .await?;
    Ok(Json(page))
}
