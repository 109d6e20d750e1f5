//! `GET /v1/api-keys` and `GET /v1/api-keys/{id}`.

use actix_web::get;
use actix_web::web::{Data, Json, Path};
use platform::auth::{Authorized, MayManageKeys};
use platform::problem::ApiError;
use schema::api_keys;
use uuid::Uuid;

use super::shown::ApiKey;
use crate::Api;
use crate::openapi::{Guarded, Invalid, NotFound, Unavailable};
use crate::page::{Page, PageParams, PageRequest};
use crate::request::Params;

/// Lists the API keys of the caller's own organization in the order in which they were made, also those that are good
/// no more.
#[utoipa::path(
    tag = "identity",
    params(PageParams),
    responses((status = 200, description = "A page of keys", body = Page<ApiKey>), Guarded, Invalid, Unavailable),
    security(("bearer" = [])),
)]
#[get("/v1/api-keys")]
pub async fn list_api_keys(
    caller: Authorized<MayManageKeys>,
    api: Data<Api>,
    page: Params<PageRequest<Uuid>>,
) -> Result<Json<Page<ApiKey>>, ApiError> {
    let page = page.0;
    let own = caller.scope_of(None).await?;
    let page = api
        .db
        .run(own, move |tx| {
            let fetched = api_keys::list(tx, page.after, page.fetch())?;
            let (keys, next_cursor) = page.cut(fetched, |key| key.id);
            let items = keys.into_iter().map(ApiKey::from).collect();
            Ok::<_, ApiError>(Page { items, next_cursor })
        })
        .await?;
    Ok(Json(page))
}

/// Shows an API key of the caller's own organization.
#[utoipa::path(
    tag = "identity",
    params(("id" = Uuid, Path, description = "The key's id, which is no secret")),
    responses((status = 200, description = "The key", body = ApiKey), Guarded, NotFound, Unavailable),
    security(("bearer" = [])),
)]
#[get("/v1/api-keys/{id}")]
pub async fn get_api_key(
    caller: Authorized<MayManageKeys>,
    api: Data<Api>,
    id: Path<Uuid>,
) -> Result<Json<ApiKey>, ApiError> {
    let own = caller.scope_of(None).await?;
    let found = api.db.run(own, move |tx| Ok::<_, ApiError>(api_keys::find(tx, *id)?)).await?;
    Ok(Json(found.ok_or(ApiError::NotFound("API key"))?.into()))
}
