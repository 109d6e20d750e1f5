//! The end of a process.

use clap::Args;
use std::time::Duration;

use super::Faults;

/// How a process ends.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Stop")]
pub struct StopArgs {
    /// How long requests and work in progress may go on after SIGTERM. What has not ended then is cut off or handed
    /// back, within another 3 seconds: whoever sends the signal waits longer than both.
    #[arg(long, env = "USAGE_STOP_GRACE", default_value = "25s")]
    pub stop_grace: String,
}

/// Longer than anybody waits for a process.
const GRACE_MAX: Duration = Duration::from_hours(1);

impl StopArgs {
    /// The time for what is in progress, or a fault.
    pub fn resolve(&self, faults: &mut Faults) -> Option<Duration> {
        let grace = faults.parse_duration("USAGE_STOP_GRACE", &self.stop_grace)?;
        if grace > GRACE_MAX {
            faults.add("USAGE_STOP_GRACE", "is more than an hour");
            return None;
        }
        Some(grace)
    }
}
