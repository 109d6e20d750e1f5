//! A site as the API shows it.

use chrono::{DateTime, Utc};
use schema::contracts;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

/// A data centre of a partner.
#[derive(Debug, Serialize, ToSchema)]
pub struct Site {
    /// UUID v7.
    pub id: Uuid,
    /// Whose site.
    pub partner_id: Uuid,
    /// What its usage is ordered under.
    pub contract_number: String,
    /// As people call it.
    pub name: String,
    /// When it was added.
    pub created_at: DateTime<Utc>,
}

impl From<contracts::Site> for Site {
    fn from(site: contracts::Site) -> Self {
        let contracts::Site { organization_id, id, contract_number, name, created_at } = site;
        Self { id, partner_id: organization_id, contract_number, name, created_at }
    }
}
