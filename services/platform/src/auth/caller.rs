//! Who calls.

use schema::Scope;
use schema::types::{OrganizationKind, Role};
use uuid::Uuid;

use super::{Actor, Right};
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
#[derive(Debug, Clone, PartialEq, Eq)]
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
    /// A program with an API key, which may some of what its maker's role may.
    Key {
        /// The key.
        id: Uuid,
        /// Whose key.
        organization_id: Uuid,
        /// Its maker's role.
        role: Role,
        /// Names of the table of rights.
        rights: Vec<String>,
    },
}

impl Caller {
    /// Whose user, meter or key.
    pub const fn organization_id(&self) -> Uuid {
        match self {
            Self::User(user) => user.organization_id,
            Self::Meter { organization_id, .. } | Self::Key { organization_id, .. } => *organization_id,
        }
    }

    /// The user, meter or key.
    pub const fn id(&self) -> Uuid {
        match self {
            Self::User(user) => user.id,
            Self::Meter { meter_id, .. } => *meter_id,
            Self::Key { id, .. } => *id,
        }
    }

    /// The user, unless it is a meter or a key.
    pub const fn user(&self) -> Option<&User> {
        match self {
            Self::User(user) => Some(user),
            Self::Meter { .. } | Self::Key { .. } => None,
        }
    }

    /// The role of the user, or of the key's maker; a meter has none.
    pub const fn role(&self) -> Option<Role> {
        match self {
            Self::User(user) => Some(user.role),
            Self::Key { role, .. } => Some(*role),
            Self::Meter { .. } => None,
        }
    }

    /// The meter, if it is one: such a caller sees nothing of other meters.
    pub const fn meter_id(&self) -> Option<Uuid> {
        match self {
            Self::User(_) | Self::Key { .. } => None,
            Self::Meter { meter_id, .. } => Some(*meter_id),
        }
    }

    /// As `uploads.uploaded_by` and histories name them: `user:<id>`, `meter:<id>` or `api-key:<id>`.
    pub fn label(&self) -> String {
        match self {
            Self::User(user) => format!("user:{}", user.id),
            Self::Meter { meter_id, .. } => format!("meter:{meter_id}"),
            Self::Key { id, .. } => format!("api-key:{id}"),
        }
    }

    /// Whether the caller has a right: a key has those that were given to it, as long as its maker's role has them.
    pub fn has<R: Right>(&self) -> bool {
        match self {
            Self::User(user) => R::is_of(Actor::User(user.role)),
            Self::Meter { .. } => R::is_of(Actor::Meter),
            Self::Key { role, rights, .. } => {
                R::DELEGABLE && R::is_of(Actor::User(*role)) && rights.iter().any(|name| name == R::NAME)
            }
        }
    }

    /// All that the caller may see: a partner itself, an aggregator or the operator what is below it.
    pub async fn scope(&self, db: &Db) -> Result<Scope, ApiError> {
        let organization_id = self.organization_id();
        match self.role().map(Role::kind) {
            None | Some(OrganizationKind::Partner) => Ok(Scope::Organization(organization_id)),
            Some(OrganizationKind::Aggregator | OrganizationKind::Operator) => {
                Ok(db.subtree(organization_id).await?)
            }
        }
    }

    /// The scope of one partner that the caller sees, for reading or writing its things; a partner needs not be
    /// named by itself. 404 for one that the caller does not see.
    pub async fn scope_of(&self, db: &Db, partner_id: Option<Uuid>) -> Result<Scope, ApiError> {
        let partner_id = partner_id.unwrap_or(self.organization_id());
        self.scope(db).await?.narrow(partner_id).ok_or(ApiError::NotFound("organization"))
    }
}
