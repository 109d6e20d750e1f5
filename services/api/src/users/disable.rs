//! `DELETE /v1/users/{id}`.

use actix_web::web::{Data, Path};
use actix_web::{HttpResponse, delete};
use platform::auth::{Authorized, MayManageUsers};
use platform::problem::{ApiError, Problem};
use uuid::Uuid;

use super::change::{Changer, UserChange, change};
use super::managed;
use crate::Api;
use crate::openapi::{Guarded, NotFound, Unavailable};
use crate::standing::confirm;

/// Disables a user, as `PATCH` does with `disabled`: what they did stays, and names them.
#[utoipa::path(
    tag = "users",
    params(("id" = Uuid, Path, description = "The user")),
    responses(
        (status = 204, description = "They are disabled"),
        (status = 409, description = "They are the caller, or the last admin", body = Problem, content_type = "application/problem+json"),
        Guarded, NotFound, Unavailable,
    ),
    security(("bearer" = [])),
)]
#[delete("/v1/users/{id}")]
pub async fn disable_user(
    caller: Authorized<MayManageUsers>,
    api: Data<Api>,
    id: Path<Uuid>,
) -> Result<HttpResponse, ApiError> {
    confirm(&caller, &api).await?;
    let scope = managed::scope_of_user(&caller, &api, *id).await?;
    let changer = Changer::of(&caller, &api);
    let wanted = UserChange { disabled: Some(true), ..UserChange::default() };
    api.db.run(scope, move |tx| change(tx, *id, wanted, &changer)).await?;
    Ok(HttpResponse::NoContent().finish())
}
