//! Whose things a request is about.

use platform::auth::{Authorized, Right};
use platform::problem::{ApiError, ErrorItem};
use schema::Scope;
use schema::types::OrganizationKind;
use uuid::Uuid;

use crate::page::PageRequest;
use crate::request::{Fields, FromFields, parse};

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
        let sees_one = caller.role().is_none_or(|role| role.kind() == OrganizationKind::Partner);
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

/// Whose things a list is of.
#[derive(utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "describes the parameter, which PartnerList reads")]
pub struct PartnerParams {
    /// Only this partner's
    partner_id: Option<Uuid>,
}

/// What the query of a list says that one partner may narrow; `C` is the place of an item in the list's order.
#[derive(Debug)]
pub struct PartnerList<C> {
    /// Only this partner's.
    pub partner_id: Option<Uuid>,
    /// Which page.
    pub page: PageRequest<C>,
}

impl<C> FromFields for PartnerList<C>
where
    PageRequest<C>: FromFields,
{
    fn from_fields(fields: &mut Fields) -> Option<Self> {
        let partner_id = fields.optional("partner_id", parse::uuid);
        Some(Self { partner_id, page: PageRequest::from_fields(fields)? })
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
