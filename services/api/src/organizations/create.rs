//! `POST /v1/organizations`.

use actix_web::http::header::LOCATION;
use actix_web::web::Data;
use actix_web::{HttpResponse, post};
use chrono::{DateTime, Utc};
use platform::audit::{self, Event, Origin};
use platform::auth::{Authorized, OperatorAdmin};
use platform::problem::{ApiError, ErrorItem};
use schema::types::OrganizationKind;
use schema::{Tx, organizations};
use serde_json::json;
use utoipa::ToSchema;
use uuid::Uuid;

use super::shown::{NAME_CHARACTERS_MAX, Organization};
use crate::Api;
use crate::idempotency::{Creation, IdempotencyHeader, IdempotencyKey};
use crate::openapi::{Creation as CreationProblems, Guarded, Invalid, NotFound, Unavailable};
use crate::request::{Body, Fields, FromFields, parse};

/// As the keys of this operation are kept.
const OPERATION: &str = "POST /v1/organizations";

/// An organization to add.
#[derive(Debug, Clone, ToSchema)]
pub struct NewOrganization {
    /// Below the operator an aggregator is added, below an aggregator a partner.
    pub parent_id: Uuid,
    /// As people call it.
    #[schema(min_length = 1, max_length = 512)]
    pub name: String,
}

impl FromFields for NewOrganization {
    fn from_fields(fields: &mut Fields) -> Option<Self> {
        let parent_id = fields.required("parent_id", parse::uuid);
        let name = fields.required("name", parse::text(NAME_CHARACTERS_MAX));
        Some(Self { parent_id: parent_id?, name: name? })
    }
}

/// Adds an organization below another, which says of what kind it is.
#[utoipa::path(
    tag = "organizations",
    params(IdempotencyHeader),
    request_body = NewOrganization,
    responses(
        (status = 201, description = "Added", body = Organization, headers(("Location" = String))),
        Guarded, NotFound, Invalid, CreationProblems, Unavailable,
    ),
    security(("bearer" = [])),
)]
#[post("/v1/organizations")]
pub async fn create_organization(
    caller: Authorized<OperatorAdmin>,
    api: Data<Api>,
    key: IdempotencyKey,
    body: Body<NewOrganization>,
) -> Result<HttpResponse, ApiError> {
    let creation = Creation::of(&caller, OPERATION, key, body.sha256);
    let new = body.value;
    // In the parent's scope alone: only below it, and in its audit.
    let parent = caller.scope_of(Some(new.parent_id)).await?;
    let (origin, now) = (caller.origin().clone(), api.clock.now());
    let answer =
        api.db.run(parent, move |tx| creation.once(tx, now, |tx| create(tx, &new, &origin, now))).await?;
    let location = format!("/v1/organizations/{}", answer["id"].as_str().unwrap_or_default());
    Ok(HttpResponse::Created().insert_header((LOCATION, location)).json(answer))
}

fn create(
    tx: &mut Tx<'_>,
    new: &NewOrganization,
    origin: &Origin,
    now: DateTime<Utc>,
) -> Result<Organization, ApiError> {
    let parent = organizations::find(tx, new.parent_id)?.ok_or(ApiError::NotFound("organization"))?;
    let organization = organizations::Organization {
        id: Uuid::now_v7(),
        kind: kind_below(parent.kind)?,
        parent_id: Some(parent.id),
        name: new.name.clone(),
        created_at: now,
    };
    organizations::insert(tx, &organization)?;
    let event = Event::new("organization.create", "organization", organization.id)
        .after(json!({ "kind": organization.kind, "parent_id": parent.id, "name": organization.name }));
    audit::record(tx, origin, event, now)?;
    Ok(organization.into())
}

fn kind_below(parent: OrganizationKind) -> Result<OrganizationKind, ApiError> {
    match parent {
        OrganizationKind::Operator => Ok(OrganizationKind::Aggregator),
        OrganizationKind::Aggregator => Ok(OrganizationKind::Partner),
        OrganizationKind::Partner => {
            let message = "is a partner, which has none below it";
            Err(ApiError::invalid(vec![ErrorItem::field("parent_id", "partner", message)]))
        }
    }
}
