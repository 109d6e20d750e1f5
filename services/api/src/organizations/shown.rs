//! An organization as the API shows it.

use chrono::{DateTime, Utc};
use schema::organizations;
use schema::types::OrganizationKind;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

/// As people call one.
pub const NAME_CHARACTERS_MAX: usize = 512;

/// An organization.
#[derive(Debug, Serialize, ToSchema)]
pub struct Organization {
    /// UUID v7.
    pub id: Uuid,
    /// Its level in the tree.
    pub kind: OrganizationKind,
    /// The one above it; null for the operator.
    pub parent_id: Option<Uuid>,
    /// As people call it.
    pub name: String,
    /// When it was added.
    pub created_at: DateTime<Utc>,
}

impl From<organizations::Organization> for Organization {
    fn from(organization: organizations::Organization) -> Self {
        let organizations::Organization { id, kind, parent_id, name, created_at } = organization;
        Self { id, kind, parent_id, name, created_at }
    }
}
