//! `GET /v1/organizations` and `GET /v1/organizations/{id}`.

use actix_web::get;
use actix_web::web::{Data, Json, Path};
use platform::auth::{Authorized, MayRead};
use platform::problem::ApiError;
use schema::organizations;
use uuid::Uuid;

use super::shown::Organization;
use crate::Api;
use crate::openapi::{Guarded, Invalid, NotFound, Unavailable};
use crate::page::{Page, PageParams, PageRequest};
use crate::request::Params;

/// Lists the organizations that the caller sees: its own and all below it, in the order in which they were added.
#[utoipa::path(
    tag = "organizations",
    params(PageParams),
    responses((status = 200, description = "A page of organizations", body = Page<Organization>), Guarded, Invalid, Unavailable),
    security(("bearer" = [])),
)]
#[get("/v1/organizations")]
pub async fn list_organizations(
    caller: Authorized<MayRead>,
    api: Data<Api>,
    page: Params<PageRequest<Uuid>>,
) -> Result<Json<Page<Organization>>, ApiError> {
    let (scope, page) = (caller.scope().await?, page.0);
    let page = api
        .db
        .run(scope, move |tx| {
            let fetched = organizations::list(tx, page.after, page.fetch())?;
            let (organizations, next_cursor) = page.cut(fetched, |organization| organization.id);
            let items = organizations.into_iter().map(Organization::from).collect();
            Ok::<_, ApiError>(Page { items, next_cursor })
        })
        .await?;
    Ok(Json(page))
}

/// Shows an organization that the caller sees.
#[utoipa::path(
    tag = "organizations",
    params(("id" = Uuid, Path, description = "The organization")),
    responses((status = 200, description = "The organization", body = Organization), Guarded, NotFound, Unavailable),
    security(("bearer" = [])),
)]
#[get("/v1/organizations/{id}")]
pub async fn get_organization(
    caller: Authorized<MayRead>,
    api: Data<Api>,
    id: Path<Uuid>,
) -> Result<Json<Organization>, ApiError> {
    let scope = caller.scope().await?;
    let found = api.db.run(scope, move |tx| Ok::<_, ApiError>(organizations::find(tx, *id)?)).await?;
    Ok(Json(found.ok_or(ApiError::NotFound("organization"))?.into()))
}
