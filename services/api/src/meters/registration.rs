//! What a partner says of a meter to register.

use schema::types::{BillingMode, Connectivity};
use utoipa::ToSchema;
use uuid::Uuid;

use super::assignment::Assignment;
use super::key;
use crate::request::{Fields, FromFields, parse};

/// Of a meter's name.
pub const NAME_CHARACTERS_MAX: usize = 512;
/// Of a contract's number.
pub const CONTRACT_CHARACTERS_MAX: usize = 512;

/// A meter to register.
#[derive(Debug, Clone, ToSchema)]
pub struct MeterRegistration {
    /// The appliance's own UUID, as its files carry it.
    pub id: Uuid,
    /// As people call it.
    #[schema(min_length = 1, max_length = 512)]
    pub name: String,
    /// Whether its evidence is billed.
    pub billing_mode: BillingMode,
    /// Whether it uploads by itself.
    pub connectivity: Connectivity,
    /// One of the partner's contracts.
    #[schema(example = "ACME-0001")]
    pub contract_number: String,
    /// One of the contract's sites.
    pub site_id: Option<Uuid>,
    /// The Ed25519 key that its manifests must be signed with from now on: base64 of 32 bytes.
    #[schema(value_type = Option<String>)]
    pub public_key: Option<Vec<u8>>,
}

impl FromFields for MeterRegistration {
    fn from_fields(fields: &mut Fields) -> Option<Self> {
        let id = fields.required("id", parse::uuid);
        let name = fields.required("name", parse::text(NAME_CHARACTERS_MAX));
        let billing_mode =
            fields.required("billing_mode", parse::word(BillingMode::ALL, BillingMode::as_str));
        let connectivity =
            fields.required("connectivity", parse::word(Connectivity::ALL, Connectivity::as_str));
        let contract_number = fields.required("contract_number", parse::text(CONTRACT_CHARACTERS_MAX));
        let site_id = fields.optional("site_id", parse::uuid);
        let public_key = fields.optional("public_key", key::parse);
        Some(Self {
            id: id?,
            name: name?,
            billing_mode: billing_mode?,
            connectivity: connectivity?,
            contract_number: contract_number?,
            site_id,
            public_key,
        })
    }
}

impl MeterRegistration {
    /// What changes at a month's start only.
    pub fn assignment(&self) -> Assignment {
        Assignment {
            billing_mode: self.billing_mode,
            contract_number: self.contract_number.clone(),
            site_id: self.site_id,
        }
    }
}
