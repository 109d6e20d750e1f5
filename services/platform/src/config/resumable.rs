//! Limits of files that come in parts.

use clap::Args;
use std::time::Duration;

use super::Faults;

/// What is kept of files that come in parts.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Resumable uploads")]
pub struct ResumableArgs {
    /// How long a resumable upload waits for its next bytes.
    #[arg(long, env = "USAGE_RESUMABLE_EXPIRY", default_value = "24h")]
    pub resumable_expiry: String,
    /// Resumable uploads that an organization may have open at once.
    #[arg(long, env = "USAGE_RESUMABLE_OPEN_MAX", default_value = "64")]
    pub resumable_open_max: String,
    /// Bytes that an organization's open resumable uploads may come to, by their announced lengths.
    #[arg(long, env = "USAGE_RESUMABLE_BYTES_MAX", default_value = "17179869184")]
    pub resumable_bytes_max: String,
}

/// What is kept of files that come in parts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ResumableSettings {
    /// Since the last byte.
    pub expiry: Duration,
    /// Open at once, of an organization.
    pub open_max: i64,
    /// Of their announced lengths together.
    pub bytes_max: i64,
}

/// Longer is for ever, and fits into every time.
const EXPIRY_MAX: Duration = Duration::from_hours(365 * 24);

impl ResumableArgs {
    /// The settings, or faults.
    pub fn resolve(&self, faults: &mut Faults) -> Option<ResumableSettings> {
        let expiry = faults.parse_duration("USAGE_RESUMABLE_EXPIRY", &self.resumable_expiry);
        let open_max =
            faults.parse_within("USAGE_RESUMABLE_OPEN_MAX", &self.resumable_open_max, 1..=1_000_000);
        let bytes_max =
            faults.parse_within("USAGE_RESUMABLE_BYTES_MAX", &self.resumable_bytes_max, 1..=1_i64 << 50);
        Some(ResumableSettings {
            expiry: expiry?.min(EXPIRY_MAX),
            open_max: open_max?,
            bytes_max: bytes_max?,
        })
    }
}
