//! Who is invited, and as what.

use platform::problem::{ApiError, ErrorItem};
use schema::types::Role;
use schema::{Tx, organizations};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::request::{Fields, FromFields, parse};

/// A user to add.
#[derive(Debug, Clone, ToSchema)]
pub struct Invitation {
    /// Put into lower case; no other user of the service has it.
    #[schema(min_length = 3, max_length = 320, example = "admin@acme.test")]
    pub email: String,
    /// One of the organization's kind.
    pub role: Role,
    /// By default the caller's own; another is the operator's to name.
    pub organization_id: Option<Uuid>,
}

impl FromFields for Invitation {
    fn from_fields(fields: &mut Fields) -> Option<Self> {
        let email = fields.required("email", parse::email);
        let role = fields.required("role", parse::word(Role::ALL, Role::as_str));
        let organization_id = fields.optional("organization_id", parse::uuid);
        Some(Self { email: email?, role: role?, organization_id })
    }
}

/// Refuses a role that the transaction's organization does not have.
pub fn check_role(tx: &mut Tx<'_>, role: Role) -> Result<(), ApiError> {
    let own = tx.organization()?;
    let kind = organizations::find(tx, own)?.ok_or(ApiError::NotFound("organization"))?.kind;
    if role.kind() == kind {
        return Ok(());
    }
    let message = format!("is no role of users of this organization, which is of the kind {kind}");
    Err(ApiError::invalid(vec![ErrorItem::field("role", "other-kind", message)]))
}
