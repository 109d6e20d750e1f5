//! `GET /v1/users` and `GET /v1/users/{id}`.

use actix_web::get;
use actix_web::web::{Data, Json, Path};
use platform::auth::{Authorized, MayManageUsers};
use platform::problem::ApiError;
use schema::identity;
use uuid::Uuid;

use super::managed;
use super::shown::User;
use crate::Api;
use crate::openapi::{Guarded, Invalid, NotFound, Unavailable};
use crate::page::{Page, PageParams, PageRequest};
use crate::request::{Fields, FromFields, Params, parse};

/// Which users.
#[derive(utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct UserParams {
    /// Only this organization's
    organization_id: Option<Uuid>,
}

impl FromFields for UserParams {
    fn from_fields(fields: &mut Fields) -> Option<Self> {
        Some(Self { organization_id: fields.optional("organization_id", parse::uuid) })
    }
}

/// What the query of a list says.
pub struct ListParams {
    users: UserParams,
    page: PageRequest<Uuid>,
}

impl FromFields for ListParams {
    fn from_fields(fields: &mut Fields) -> Option<Self> {
        let (users, page) = (UserParams::from_fields(fields), PageRequest::from_fields(fields));
        Some(Self { users: users?, page: page? })
    }
}

/// Lists the users whom the caller manages, in the order in which they were added.
///
/// An admin manages those of their own organization, the operator's admin those of all; an aggregator's admin does not
/// see its partners' users.
#[utoipa::path(
    tag = "users",
    params(UserParams, PageParams),
    responses((status = 200, description = "A page of users", body = Page<User>), Guarded, NotFound, Invalid, Unavailable),
    security(("bearer" = [])),
)]
#[get("/v1/users")]
pub async fn list_users(
    caller: Authorized<MayManageUsers>,
    api: Data<Api>,
    params: Params<ListParams>,
) -> Result<Json<Page<User>>, ApiError> {
    let ListParams { users: UserParams { organization_id }, page } = params.0;
    let scope = match organization_id {
        Some(id) => managed::scope_of(&caller, Some(id)).await?,
        None => managed::scope(&caller).await?,
    };
    let page = api
        .db
        .run(scope, move |tx| {
            let fetched = identity::list(tx, page.after, page.fetch())?;
            let (users, next_cursor) = page.cut(fetched, |user| user.id);
            Ok::<_, ApiError>(Page { items: users.into_iter().map(User::from).collect(), next_cursor })
        })
        .await?;
    Ok(Json(page))
}

/// Shows a user whom the caller manages.
#[utoipa::path(
    tag = "users",
    params(("id" = Uuid, Path, description = "The user")),
    responses((status = 200, description = "The user", body = User), Guarded, NotFound, Unavailable),
    security(("bearer" = [])),
)]
#[get("/v1/users/{id}")]
pub async fn get_user(
    caller: Authorized<MayManageUsers>,
    api: Data<Api>,
    id: Path<Uuid>,
) -> Result<Json<User>, ApiError> {
    let scope = managed::scope(&caller).await?;
    let found = api.db.run(scope, move |tx| Ok::<_, ApiError>(identity::find(tx, *id)?)).await?;
    Ok(Json(found.ok_or(ApiError::NotFound("user"))?.into()))
}
