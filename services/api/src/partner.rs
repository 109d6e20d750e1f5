//! Whose things a request is about.

use platform::auth::{Authorized, Right};
use platform::problem::{ApiError, ErrorItem};
use schema::Scope;
use schema::types::OrganizationKind;
use uuid::Uuid;

/// A partner, and the scope of its things alone.
#[derive(Debug, Clone)]
pub struct Partner {
    /// The organization.
    pub id: Uuid,
    /// Of its things.
    pub scope: Scope,
}

impl Partner {
    /// The partner that a report is about: callers that see several must name one.
    pub async fn of<R: Right>(caller: &Authorized<R>, partner_id: Option<Uuid>) -> Result<Self, ApiError> {
        let sees_one = caller.user().is_none_or(|user| user.role.kind() == OrganizationKind::Partner);
        let id = match partner_id {
            Some(id) => id,
            None if sees_one => caller.organization_id(),
            None => {
                let item = ErrorItem::field(
                    "partner_id",
                    "missing",
                    "is needed by callers that see several partners",
                );
                return Err(ApiError::invalid(vec![item]));
            }
        };
        Ok(Self { id, scope: caller.scope_of(Some(id)).await? })
    }
}

/// The scope of a list: all that the caller sees, or one partner of it.
pub async fn list_scope<R: Right>(
    caller: &Authorized<R>,
    partner_id: Option<Uuid>,
) -> Result<Scope, ApiError> {
    match partner_id {
        Some(id) => caller.scope_of(Some(id)).await,
        None => caller.scope().await,
    }
}
