//! A meter as the API shows it.

use chrono::{DateTime, Utc};
use schema::types::{BillingMode, Connectivity};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::status::MeterStatus;
use crate::coverage::VcenterCoverage;

/// A meter with the settings in force in a month, and how it is doing.
#[derive(Debug, Serialize, ToSchema)]
pub struct Meter {
    /// The appliance's own UUID.
    pub id: Uuid,
    /// Whose meter.
    pub partner_id: Uuid,
    /// As people call it.
    pub name: String,
    /// Whether its evidence is billed, in this month.
    pub billing_mode: BillingMode,
    /// Whether it uploads by itself.
    pub connectivity: Connectivity,
    /// What its usage is ordered under, in this month.
    pub contract_number: String,
    /// Where it stands, in this month.
    pub site_id: Option<Uuid>,
    /// The Ed25519 key that its manifests must be signed with: base64 of 32 bytes.
    pub public_key: Option<String>,
    /// When it was registered, the last time.
    pub registered_at: DateTime<Utc>,
    /// Since when it is registered no more; null while it is.
    pub deregistered_at: Option<DateTime<Utc>>,
    /// How it is doing.
    pub status: MeterStatus,
    /// When its newest upload was received, whatever became of it.
    pub last_upload_at: Option<DateTime<Utc>>,
    /// Its software, as its newest upload names it.
    pub version: Option<String>,
    /// The month's coverage of the vCenters that it sees; null while there is no evidence of the month.
    pub coverage: Option<Vec<VcenterCoverage>>,
}

/// The answer to a registration.
#[derive(Debug, Serialize, ToSchema)]
pub struct RegisteredMeter {
    /// The meter.
    #[serde(flatten)]
    pub meter: Meter,
    /// For the meter's own uploads. Shown this once: a repeated answer to the same `Idempotency-Key` is without it.
    #[schema(example = "umt_…", required = false)]
    pub token: String,
}
