//! `GET /v1/meters/{id}/tokens`.

use actix_web::get;
use actix_web::web::{Data, Json, Path};
use platform::auth::{Authorized, MayManageMeters};
use platform::problem::ApiError;
use schema::meters;
use uuid::Uuid;

use super::shown::MeterToken;
use crate::Api;
use crate::openapi::{Guarded, Invalid, NotFound, Unavailable};
use crate::page::{Page, PageParams, PageRequest};
use crate::request::Params;

/// Lists the tokens of a meter of the caller's own partner by id, revoked ones included; none with its text.
#[utoipa::path(
    tag = "meters",
    params(("id" = Uuid, Path, description = "The appliance's own UUID"), PageParams),
    responses((status = 200, description = "A page of tokens", body = Page<MeterToken>), Guarded, NotFound, Invalid, Unavailable),
    security(("bearer" = [])),
)]
#[get("/v1/meters/{id}/tokens")]
pub async fn list_meter_tokens(
    caller: Authorized<MayManageMeters>,
    api: Data<Api>,
    id: Path<Uuid>,
    page: Params<PageRequest<Uuid>>,
) -> Result<Json<Page<MeterToken>>, ApiError> {
    let page = page.0;
    let own = caller.scope_of(None).await?;
    let page = api
        .db
        .run(own, move |tx| {
            let meter = meters::find(tx, *id)?.ok_or(ApiError::NotFound("meter"))?;
            let fetched = meters::tokens(tx, meter.id, page.after, page.fetch())?;
            let (tokens, next_cursor) = page.cut(fetched, |token| token.id);
            let items = tokens.into_iter().map(MeterToken::from).collect();
            Ok::<_, ApiError>(Page { items, next_cursor })
        })
        .await?;
    Ok(Json(page))
}
