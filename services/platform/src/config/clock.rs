//! Production or development, and the clock of rehearsals.

use chrono::{DateTime, Utc};
use clap::Args;

use super::Faults;

/// Where this runs, and when.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Environment")]
pub struct ClockArgs {
    /// `production` or `development`.
    #[arg(long = "environment", env = "USAGE_ENV", default_value = "production")]
    pub environment: String,
    /// Development only: the instant (RFC 3339) at which the service's clock starts.
    #[arg(long, env = "USAGE_CLOCK")]
    pub clock: Option<String>,
}

/// Whether the clock may be moved and demo data made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Deployment {
    /// Real bills.
    Production,
    /// Rehearsals and tests.
    Development,
}

/// Where this runs, and when.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ClockSettings {
    /// Production unless said otherwise.
    pub deployment: Deployment,
    /// Where the clock starts; in development only.
    pub start: Option<DateTime<Utc>>,
}

impl ClockArgs {
    /// The settings, or faults.
    pub fn resolve(&self, faults: &mut Faults) -> Option<ClockSettings> {
        let deployment = match self.environment.as_str() {
            "production" => Some(Deployment::Production),
            "development" => Some(Deployment::Development),
            other => {
                faults.add("USAGE_ENV", format!("`{other}` is neither production nor development"));
                None
            }
        };
        // An empty variable is how a compose file or a shell leaves one unset.
        let start = match self.clock.as_deref().filter(|text| !text.is_empty()) {
            None => None,
            Some(_) if deployment == Some(Deployment::Production) => {
                faults
                    .add("USAGE_CLOCK", "is for development only: in production the clock is the machine's");
                None
            }
            Some(text) => {
                let start = DateTime::parse_from_rfc3339(text).map_err(|error| format!("`{text}`: {error}"));
                Some(faults.take("USAGE_CLOCK", start)?.with_timezone(&Utc))
            }
        };
        Some(ClockSettings { deployment: deployment?, start })
    }
}
