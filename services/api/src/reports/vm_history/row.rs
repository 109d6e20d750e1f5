//! A row as the API shows it.

use chrono::{DateTime, Utc};
use metering::report::LineCode;
use metering::{HalfMb, Micro};
use platform::problem::ApiError;
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;
use schema::history::HistoryRow;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::params::Place;
use crate::decimal::{short, six};

/// A time in which a VM was on and nothing that matters to its bill changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct VmHistoryRow {
    pub vcenter_id: Uuid,
    /// Instance UUID.
    pub vm_id: Uuid,
    /// Managed object reference.
    pub moid: String,
    pub vm_name: String,
    pub guest_os: String,
    pub host_id: String,
    /// Null when the host is not known.
    pub host_name: Option<String>,
    pub cluster_id: Option<String>,
    /// The organization of Cloud Director.
    pub org: Option<String>,
    pub customer: Option<String>,
    /// `rental`, `perpetual`, `demo`, or `unknown` when the host is not known.
    #[schema(example = "rental")]
    pub license: String,
    pub license_key: Option<String>,
    pub vcpus: i64,
    pub memory_mb: i64,
    pub reserved_mb: i64,
    /// Exact: half of an odd `memory_mb` ends in .5.
    #[schema(example = "1024.5")]
    pub billed_mb: String,
    /// Whether Cloud Director is among the features.
    pub vcd: bool,
    #[schema(example = json!(["nsx-advanced", "vcd"]))]
    pub features: Vec<String>,
    /// The product that a reported row counts under; empty for others.
    #[schema(example = "VMware vCloud SP Core Bundle")]
    pub bundle: String,
    /// Whether it counts on the bill.
    pub reported: bool,
    /// First instant.
    pub begin: DateTime<Utc>,
    /// The instant after the last.
    pub end: DateTime<Utc>,
    /// `billed_mb` over the time, with six decimals.
    #[schema(example = "3072.000000")]
    pub mb_hours: String,
    /// The meter whose statement is in force at `begin`.
    pub meter_id: Uuid,
}

impl VmHistoryRow {
    /// A stored row in a version whose metering ends at `ends_at`.
    pub fn new(row: HistoryRow, ends_at: DateTime<Utc>) -> Result<Self, ApiError> {
        let end = row.end_at.unwrap_or(ends_at);
        let mb_hours = match row.mb_hours {
            Some(mb_hours) => six(mb_hours),
            None => mb_hours(row.billed_mb, row.begin_at, end)?.to_string(),
        };
        let bundle = if row.reported { LineCode::FlexCore.product() } else { "" };
        Ok(Self {
            vcenter_id: row.vcenter_id,
            vm_id: row.vm_id,
            moid: row.moid,
            vm_name: row.vm_name,
            guest_os: row.guest_os,
            host_id: row.host_id,
            host_name: row.host_name,
            cluster_id: row.cluster_id,
            customer: row.org.clone(),
            org: row.org,
            license: row.license,
            license_key: row.license_key,
            vcpus: row.vcpus,
            memory_mb: row.memory_mb,
            reserved_mb: row.reserved_mb,
            billed_mb: short(row.billed_mb),
            vcd: row.features.iter().any(|feature| feature == "vcd"),
            features: row.features,
            bundle: bundle.to_owned(),
            reported: row.reported,
            begin: row.begin_at,
            end,
            mb_hours,
            meter_id: row.meter_id,
        })
    }

    /// Its place in the order of rows.
    pub const fn place(&self, revision: i32) -> Place {
        (self.vcenter_id, self.vm_id, self.begin, revision)
    }
}

/// Of a row that reaches the horizon, as the core computes it.
fn mb_hours(billed_mb: Decimal, begin: DateTime<Utc>, end: DateTime<Utc>) -> Result<Micro, ApiError> {
    let halves = (billed_mb * Decimal::TWO).to_u64();
    let duration_ms = u64::try_from((end - begin).num_milliseconds()).ok();
    match halves.zip(duration_ms) {
        Some((halves, duration_ms)) => Ok(HalfMb(halves).mb_hours(duration_ms)),
        None => Err(ApiError::internal(format!("a row of {billed_mb} MB from {begin} to {end}"))),
    }
}
