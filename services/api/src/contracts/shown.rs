//! A contract as the API shows it.

use chrono::{DateTime, Utc};
use schema::contracts;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

/// A contract of a partner.
#[derive(Debug, Serialize, ToSchema)]
pub struct Contract {
    /// Whose contract.
    pub partner_id: Uuid,
    /// As written on it.
    pub number: String,
    /// When it was added.
    pub created_at: DateTime<Utc>,
}

impl From<contracts::Contract> for Contract {
    fn from(contract: contracts::Contract) -> Self {
        let contracts::Contract { organization_id, number, created_at } = contract;
        Self { partner_id: organization_id, number, created_at }
    }
}
