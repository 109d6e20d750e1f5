//! `PATCH /v1/organizations/{id}`.

use actix_web::patch;
use actix_web::web::{Data, Json, Path};
use platform::audit::{self, Event};
use platform::auth::{Authorized, OperatorAdmin};
use platform::problem::ApiError;
use schema::organizations;
use serde_json::json;
use utoipa::ToSchema;
use uuid::Uuid;

use super::shown::{NAME_CHARACTERS_MAX, Organization};
use crate::Api;
use crate::openapi::{Guarded, Invalid, NotFound, TakesJson, Unavailable};
use crate::request::{Body, Fields, FromFields, parse};

/// What is to be different; what is absent stays.
#[derive(Debug, Clone, ToSchema)]
pub struct OrganizationChange {
    /// As people call it.
    #[schema(min_length = 1, max_length = 512)]
    pub name: Option<String>,
}

impl FromFields for OrganizationChange {
    fn from_fields(fields: &mut Fields) -> Option<Self> {
        Some(Self { name: fields.optional("name", parse::text(NAME_CHARACTERS_MAX)) })
    }
}

/// Gives an organization another name. Its place in the tree is for ever.
#[utoipa::path(
    tag = "organizations",
    params(("id" = Uuid, Path, description = "The organization")),
    request_body = OrganizationChange,
    responses(
        (status = 200, description = "The organization as it is now", body = Organization),
        Guarded, NotFound, Invalid, TakesJson, Unavailable,
    ),
    security(("bearer" = [])),
)]
#[patch("/v1/organizations/{id}")]
pub async fn rename_organization(
    caller: Authorized<OperatorAdmin>,
    api: Data<Api>,
    id: Path<Uuid>,
    body: Body<OrganizationChange>,
) -> Result<Json<Organization>, ApiError> {
    let own = caller.scope_of(Some(*id)).await?;
    let (origin, now, name) = (caller.origin().clone(), api.clock.now(), body.value.name);
    let organization = api
        .db
        .run(own, move |tx| {
            let before = organizations::lock(tx)?.ok_or(ApiError::NotFound("organization"))?;
            let Some(name) = name.filter(|name| *name != before.name) else { return Ok(before) };
            organizations::rename(tx, &name)?;
            let event = Event::new("organization.change", "organization", id)
                .before(json!({ "name": before.name }))
                .after(json!({ "name": name }));
            audit::record(tx, &origin, event, now)?;
            Ok::<_, ApiError>(organizations::Organization { name, ..before })
        })
        .await?;
    Ok(Json(organization.into()))
}
