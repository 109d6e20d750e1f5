//! Who calls.

use schema::Scope;
use schema::types::{OrganizationKind, Role};
use uuid::Uuid;

use crate::db::Db;
use crate::problem::ApiError;

/// A user, as their access token names them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct User {
    /// The user.
    pub id: Uuid,
    /// Whose user.
    pub organization_id: Uuid,
    /// What they may do.
    pub role: Role,
}

/// Who calls.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Caller {
    /// A person, or a program with a person's token.
    User(User),
    /// A meter, which uploads its own files and does nothing else.
    Meter {
        /// Whose meter.
        organization_id: Uuid,
        /// The appliance's own UUID.
        meter_id: Uuid,
    },
}

impl Caller {
    /// Whose user or meter.
    pub const fn organization_id(&self) -> Uuid {
        match self {
            Self::User(user) => user.organization_id,
            Self::Meter { organization_id, .. } => *organization_id,
        }
    }

    /// The user, unless it is a meter.
    pub const fn user(&self) -> Option<&User> {
        match self {
            Self::User(user) => Some(user),
            Self::Meter { .. } => None,
        }
    }

    /// The meter, unless it is a user: such a caller sees nothing of other meters.
    pub const fn meter_id(&self) -> Option<Uuid> {
        match self {
            Self::User(_) => None,
            Self::Meter { meter_id, .. } => Some(*meter_id),
        }
    }

    /// As `uploads.uploaded_by` and histories name them: `user:<id>` or `meter:<id>`.
    pub fn label(&self) -> String {
        match self {
            Self::User(user) => format!("user:{}", user.id),
            Self::Meter { meter_id, .. } => format!("meter:{meter_id}"),
        }
    }

    /// All that the caller may see: a partner itself, an aggregator or the operator what is below it.
    pub async fn scope(&self, db: &Db) -> Result<Scope, ApiError> {
        match self {
            Self::Meter { organization_id, .. } => Ok(Scope::Organization(*organization_id)),
            Self::User(user) => match user.role.kind() {
                OrganizationKind::Partner => Ok(Scope::Organization(user.organization_id)),
                OrganizationKind::Aggregator | OrganizationKind::Operator => {
                    Ok(db.subtree(user.organization_id).await?)
                }
            },
        }
    }

    /// The scope of one partner that the caller sees, for reading or writing its things; a partner needs not be
    /// named by itself. 404 for one that the caller does not see.
    pub async fn scope_of(&self, db: &Db, partner_id: Option<Uuid>) -> Result<Scope, ApiError> {
        let partner_id = partner_id.unwrap_or(self.organization_id());
        self.scope(db).await?.narrow(partner_id).ok_or(ApiError::NotFound("organization"))
    }
}
