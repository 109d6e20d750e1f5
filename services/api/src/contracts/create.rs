//! `POST /v1/contracts`.

use actix_web::web::Data;
use actix_web::{HttpResponse, post};
use platform::audit::{self, Event};
use platform::auth::{Authorized, MayManageContracts};
use platform::problem::{ApiError, ErrorItem, UniqueMeans};
use schema::types::OrganizationKind;
use schema::{Tx, contracts, organizations};
use serde_json::json;
use utoipa::ToSchema;
use uuid::Uuid;

use super::shown::Contract;
use crate::Api;
use crate::idempotency::{Creation, IdempotencyHeader, IdempotencyKey};
use crate::openapi::{Creation as CreationProblems, Guarded, Invalid, NotFound, Unavailable};
use crate::request::{Body, Fields, FromFields, parse};

/// As the keys of this operation are kept.
const OPERATION: &str = "POST /v1/contracts";

const NUMBER_CHARACTERS_MAX: usize = 512;

/// A contract to add.
#[derive(Debug, Clone, ToSchema)]
pub struct NewContract {
    /// Whose contract.
    pub partner_id: Uuid,
    /// As written on it; the partner has no other of this number.
    #[schema(min_length = 1, max_length = 512, example = "ACME-0001")]
    pub number: String,
}

impl FromFields for NewContract {
    fn from_fields(fields: &mut Fields) -> Option<Self> {
        let partner_id = fields.required("partner_id", parse::uuid);
        let number = fields.required("number", parse::text(NUMBER_CHARACTERS_MAX));
        Some(Self { partner_id: partner_id?, number: number? })
    }
}

/// Adds a contract of a partner that the caller sees.
#[utoipa::path(
    tag = "organizations",
    params(IdempotencyHeader),
    request_body = NewContract,
    responses(
        (status = 201, description = "Added", body = Contract),
        Guarded, NotFound, Invalid, CreationProblems, Unavailable,
    ),
    security(("bearer" = [])),
)]
#[post("/v1/contracts")]
pub async fn create_contract(
    caller: Authorized<MayManageContracts>,
    api: Data<Api>,
    key: IdempotencyKey,
    body: Body<NewContract>,
) -> Result<HttpResponse, ApiError> {
    let creation = Creation::of(&caller, OPERATION, key, body.sha256);
    let NewContract { partner_id, number } = body.value;
    let partner = caller.scope_of(Some(partner_id)).await?;
    let (origin, now) = (caller.origin().clone(), api.clock.now());
    let create = move |tx: &mut Tx<'_>| {
        require_partner(tx, partner_id)?;
        contracts::insert(tx, &number, now).unique_means(|| {
            ApiError::conflict("contract-exists", "the partner has a contract of this number already")
        })?;
        let event = Event::new("contract.create", "contract", &number).after(json!({ "number": number }));
        audit::record(tx, &origin, event, now)?;
        Ok(Contract { partner_id, number, created_at: now })
    };
    let answer = api.db.run(partner, move |tx| creation.once(tx, now, create)).await?;
    Ok(HttpResponse::Created().json(answer))
}

/// Only partners order.
fn require_partner(tx: &mut Tx<'_>, id: Uuid) -> Result<(), ApiError> {
    let organization = organizations::find(tx, id)?.ok_or(ApiError::NotFound("organization"))?;
    if organization.kind == OrganizationKind::Partner {
        return Ok(());
    }
    Err(ApiError::invalid(vec![ErrorItem::field("partner_id", "no-partner", "is no partner")]))
}
