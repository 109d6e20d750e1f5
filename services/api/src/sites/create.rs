//! `POST /v1/sites`.

use actix_web::web::Data;
use actix_web::{HttpResponse, post};
use platform::audit::{self, Event};
use platform::auth::{Authorized, MayManageSites};
use platform::problem::{ApiError, ErrorItem, UniqueMeans};
use schema::{Tx, contracts};
use serde_json::json;
use utoipa::ToSchema;
use uuid::Uuid;

use super::shown::Site;
use crate::Api;
use crate::idempotency::{Creation, IdempotencyHeader, IdempotencyKey};
use crate::openapi::{Creation as CreationProblems, Guarded, Invalid, Unavailable};
use crate::request::{Body, Fields, FromFields, parse};

/// As the keys of this operation are kept.
const OPERATION: &str = "POST /v1/sites";

const NAME_CHARACTERS_MAX: usize = 512;
const CONTRACT_CHARACTERS_MAX: usize = 512;

/// A site to add.
#[derive(Debug, Clone, ToSchema)]
pub struct NewSite {
    /// One of the partner's contracts.
    #[schema(example = "ACME-0001")]
    pub contract_number: String,
    /// As people call it; the contract has no other of this name.
    #[schema(min_length = 1, max_length = 512, example = "ams")]
    pub name: String,
}

impl FromFields for NewSite {
    fn from_fields(fields: &mut Fields) -> Option<Self> {
        let contract_number = fields.required("contract_number", parse::text(CONTRACT_CHARACTERS_MAX));
        let name = fields.required("name", parse::text(NAME_CHARACTERS_MAX));
        Some(Self { contract_number: contract_number?, name: name? })
    }
}

/// Adds a site of the caller's own partner.
#[utoipa::path(
    tag = "organizations",
    params(IdempotencyHeader),
    request_body = NewSite,
    responses((status = 201, description = "Added", body = Site), Guarded, Invalid, CreationProblems, Unavailable),
    security(("bearer" = [])),
)]
#[post("/v1/sites")]
pub async fn create_site(
    caller: Authorized<MayManageSites>,
    api: Data<Api>,
    key: IdempotencyKey,
    body: Body<NewSite>,
) -> Result<HttpResponse, ApiError> {
    let creation = Creation::of(&caller, OPERATION, key, body.sha256);
    let NewSite { contract_number, name } = body.value;
    let (origin, now) = (caller.origin().clone(), api.clock.now());
    let create = move |tx: &mut Tx<'_>| {
        let organization_id = tx.organization()?;
        if contracts::find(tx, organization_id, &contract_number)?.is_none() {
            let item = ErrorItem::field("contract_number", "unknown", "is no contract of this partner");
            return Err(ApiError::invalid(vec![item]));
        }
        let site =
            contracts::Site { organization_id, id: Uuid::now_v7(), contract_number, name, created_at: now };
        contracts::insert_site(tx, &site).unique_means(|| {
            ApiError::conflict("site-exists", "the contract has a site of this name already")
        })?;
        let event = Event::new("site.create", "site", site.id)
            .after(json!({ "contract_number": site.contract_number, "name": site.name }));
        audit::record(tx, &origin, event, now)?;
        Ok(Site::from(site))
    };
    let own = caller.scope_of(None).await?;
    let answer = api.db.run(own, move |tx| creation.once(tx, now, create)).await?;
    Ok(HttpResponse::Created().json(answer))
}
