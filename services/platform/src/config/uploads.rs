//! Limits of the upload door.

use clap::Args;
use std::time::Duration;

use super::Faults;

/// What the upload door takes; the limits within a file are usage-data.md's own.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Uploads")]
pub struct UploadArgs {
    /// The largest file in bytes.
    #[arg(long, env = "USAGE_UPLOAD_BYTES_MAX", default_value = "2147483648")]
    pub upload_bytes_max: String,
    /// Uploads that this process takes at once.
    #[arg(long, env = "USAGE_UPLOADS_AT_ONCE", default_value = "32")]
    pub uploads_at_once: String,
    /// Of them, of one organization; by default half, rounded up.
    #[arg(long, env = "USAGE_UPLOADS_PER_ORGANIZATION", default_value = "")]
    pub uploads_per_organization: String,
    /// How long an upload may send nothing.
    #[arg(long, env = "USAGE_UPLOAD_IDLE", default_value = "60s")]
    pub upload_idle: String,
}

/// What the upload door takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UploadLimits {
    /// The largest file.
    pub bytes_max: u64,
    /// Uploads at once.
    pub at_once: usize,
    /// Of one organization.
    pub per_organization: usize,
    /// Between two chunks.
    pub idle: Duration,
}

impl UploadArgs {
    /// The limits, or faults.
    pub fn resolve(&self, faults: &mut Faults) -> Option<UploadLimits> {
        let bytes_max =
            faults.parse_within("USAGE_UPLOAD_BYTES_MAX", &self.upload_bytes_max, 1..=1_u64 << 40);
        let at_once = faults.parse_within("USAGE_UPLOADS_AT_ONCE", &self.uploads_at_once, 1..=10_000);
        let per_organization = self.per_organization(at_once, faults);
        let idle = faults.parse_duration("USAGE_UPLOAD_IDLE", &self.upload_idle);
        Some(UploadLimits {
            bytes_max: bytes_max?,
            at_once: at_once?,
            per_organization: per_organization?,
            idle: idle?,
        })
    }

    fn per_organization(&self, at_once: Option<usize>, faults: &mut Faults) -> Option<usize> {
        if self.uploads_per_organization.is_empty() {
            return Some(at_once?.div_ceil(2));
        }
        let name = "USAGE_UPLOADS_PER_ORGANIZATION";
        faults.parse_within(name, &self.uploads_per_organization, 1..=10_000)
    }
}
