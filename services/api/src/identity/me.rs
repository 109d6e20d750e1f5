//! `GET /v1/auth/me`.

use actix_web::get;
use actix_web::web::{Data, Json};
use platform::auth::{Authorized, SignedIn};
use platform::problem::ApiError;
use schema::types::{OrganizationKind, Role};
use schema::{identity, organizations};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::Api;
use crate::openapi::{Guarded, Unavailable};

/// Who one is.
#[derive(Serialize, ToSchema)]
pub struct Me {
    user_id: Uuid,
    email: String,
    role: Role,
    organization: OwnOrganization,
}

/// Whose user one is.
#[derive(Serialize, ToSchema)]
pub struct OwnOrganization {
    id: Uuid,
    kind: OrganizationKind,
    name: String,
}

/// Says who one is. An API key is no user: it gets 403.
#[utoipa::path(
    tag = "identity",
    responses((status = 200, description = "Who the token is for", body = Me), Guarded, Unavailable),
    security(("bearer" = [])),
)]
#[get("/v1/auth/me")]
pub async fn me(caller: Authorized<SignedIn>, api: Data<Api>) -> Result<Json<Me>, ApiError> {
    let user = *caller.user().ok_or(ApiError::Unauthorized)?;
    let own = caller.scope_of(None).await?;
    let found = api
        .db
        .run(own, move |tx| {
            let organization = organizations::find(tx, user.organization_id)?;
            let user = identity::find(tx, user.id)?.filter(|user| user.disabled_at.is_none());
            Ok::<_, ApiError>(user.zip(organization))
        })
        .await?;
    // A token may outlive its user.
    let (user, organization) = found.ok_or(ApiError::Unauthorized)?;
    Ok(Json(Me {
        user_id: user.id,
        email: user.email,
        role: user.role,
        organization: OwnOrganization {
            id: organization.id,
            kind: organization.kind,
            name: organization.name,
        },
    }))
}
