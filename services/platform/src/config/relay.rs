//! The way of messages from the outbox to the broker.

use clap::Args;
use std::time::Duration;

use super::Faults;

/// What is watched of the outbox.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Outbox")]
pub struct RelayArgs {
    /// A message that waits for longer, as while the broker is away or full, shows in `/readyz`, metrics and log.
    #[arg(long, env = "USAGE_OUTBOX_AGE_MAX", default_value = "5m")]
    pub outbox_age_max: String,
}

impl RelayArgs {
    /// How long a message may wait, or a fault.
    pub fn resolve(&self, faults: &mut Faults) -> Option<Duration> {
        faults.parse_duration("USAGE_OUTBOX_AGE_MAX", &self.outbox_age_max)
    }
}
