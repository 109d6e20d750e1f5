//! How much of a month's time is covered by evidence (metering.md §4).

use chrono::{DateTime, Utc};
use metering::evidence::Coverage;
use metering::{Instant, Month, hours};
use platform::calendar::{instant, utc};
use platform::problem::ApiError;
use schema::units::UnitVersion;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

/// What is covered of a vCenter's month.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct VcenterCoverage {
    /// The vCenter's product id.
    pub vcenter_id: Uuid,
    /// Hours covered by evidence, with six decimals.
    #[schema(example = "718.500000")]
    pub covered_hours: String,
    /// Hours that should be covered by now: from the month's begin, or the first evidence if later.
    #[schema(example = "720.000000")]
    pub expected_hours: String,
    /// Nothing is metered after it.
    pub horizon: DateTime<Utc>,
    /// What is missing of the expected time. A gap before the horizon changes no figure.
    pub gaps: Vec<Gap>,
}

/// A time without evidence.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Gap {
    /// First instant.
    pub from: DateTime<Utc>,
    /// The instant after the last.
    pub to: DateTime<Utc>,
}

impl VcenterCoverage {
    /// As a unit's result has it, by now.
    pub fn of(version: &UnitVersion, month: Month, now: DateTime<Utc>) -> Result<Self, ApiError> {
        let covered: Vec<(i64, i64)> =
            serde_json::from_value(version.covered.clone()).map_err(ApiError::internal)?;
        let coverage = Coverage {
            horizon: instant(version.horizon),
            first_evidence: instant(version.first_evidence_at),
            covered: covered.into_iter().map(|(from, to)| (Instant(from), Instant(to))).collect(),
        };
        let (from, to) = coverage.expected(month, instant(now));
        let gaps = coverage.gaps(month, instant(now)).into_iter();
        Ok(Self {
            vcenter_id: version.vcenter_id,
            covered_hours: hours(coverage.covered_ms()).to_string(),
            expected_hours: hours(to.0.abs_diff(from.0)).to_string(),
            horizon: version.horizon,
            gaps: gaps.map(|(from, to)| Gap { from: utc(from), to: utc(to) }).collect(),
        })
    }
}
