//! What a partner says of a meter to register.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use platform::problem::ApiError;
use platform::problem::ErrorItem;
use schema::types::{BillingMode, Connectivity};
use schema::{Tx, contracts};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::request::{Fields, FromFields, parse};

const NAME_CHARACTERS_MAX: usize = 512;
const CONTRACT_CHARACTERS_MAX: usize = 512;

/// Of a raw Ed25519 key.
const KEY_BYTES: usize = 32;

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
        let public_key = fields.optional("public_key", parse_key);
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

fn parse_key(text: &str) -> Result<Vec<u8>, String> {
    let key = STANDARD.decode(text).ok().filter(|key| key.len() == KEY_BYTES);
    key.ok_or_else(|| format!("is no base64 of {KEY_BYTES} bytes"))
}

impl MeterRegistration {
    /// Refuses contracts and sites that the partner does not have.
    pub fn check(&self, tx: &mut Tx<'_>) -> Result<(), ApiError> {
        let mut errors = Vec::new();
        let own = tx.organization()?;
        if contracts::find(tx, own, &self.contract_number)?.is_none() {
            errors.push(ErrorItem::field("contract_number", "unknown", "is no contract of this partner"));
        }
        if let Some(site_id) = self.site_id {
            match contracts::find_site(tx, site_id)? {
                None => errors.push(ErrorItem::field("site_id", "unknown", "is no site of this partner")),
                Some(site) if site.contract_number != self.contract_number => {
                    errors.push(ErrorItem::field(
                        "site_id",
                        "other-contract",
                        "is a site of another contract",
                    ));
                }
                Some(_) => {}
            }
        }
        if errors.is_empty() { Ok(()) } else { Err(ApiError::invalid(errors)) }
    }
}
