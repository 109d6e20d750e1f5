//! The 24-hour aggregation.

use chrono::NaiveTime;
use clap::Args;
use std::time::Duration;

use super::Faults;

/// When the aggregation runs, and how wide.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Aggregation")]
pub struct AggregationArgs {
    /// Between two runs.
    #[arg(long, env = "AGGREGATION_INTERVAL", default_value = "24h")]
    pub aggregation_interval: String,
    /// The time of day (UTC) from which the interval is counted.
    #[arg(long, env = "USAGE_AGGREGATION_AT", default_value = "00:30")]
    pub aggregation_at: String,
    #[command(flatten)]
    #[expect(missing_docs, reason = "clap takes no help for arguments of arguments")]
    pub deadline: DeadlineArgs,
    /// Messages of each queue that this process works on at once; of one organization, one less at most.
    #[arg(long, env = "USAGE_WORKERS", default_value = "3")]
    pub workers: String,
    /// Units that each run has recomputed from their stored files and compared with the database; 0 for none.
    #[arg(long, env = "USAGE_VERIFY_UNITS", default_value = "50")]
    pub verify_units: String,
}

/// What decides which evidence is late.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Aggregation")]
pub struct DeadlineArgs {
    /// How long after a month's end its evidence is on time (metering.md §5).
    #[arg(long, env = "USAGE_DEADLINE", default_value = "48h")]
    pub deadline: String,
}

/// When the aggregation runs, and how wide.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AggregationSettings {
    /// Between two runs.
    pub interval: Duration,
    /// UTC.
    pub at: NaiveTime,
    /// After a month's end.
    pub deadline: Duration,
    /// Messages of each queue at once.
    pub workers: u16,
    /// Units that each run verifies.
    pub verify_units: u32,
}

impl AggregationArgs {
    /// The settings, or faults.
    pub fn resolve(&self, faults: &mut Faults) -> Option<AggregationSettings> {
        let interval = faults.parse_duration("AGGREGATION_INTERVAL", &self.aggregation_interval);
        let at = NaiveTime::parse_from_str(&self.aggregation_at, "%H:%M")
            .map_err(|_| format!("`{}` is no time of day such as 00:30", self.aggregation_at));
        let at = faults.take("USAGE_AGGREGATION_AT", at);
        let deadline = self.deadline.resolve(faults);
        let workers = faults.parse_within("USAGE_WORKERS", &self.workers, 1..=64);
        let verify_units = faults.parse_within("USAGE_VERIFY_UNITS", &self.verify_units, 0..=1_000_000);
        Some(AggregationSettings {
            interval: interval?,
            at: at?,
            deadline: deadline?,
            workers: workers?,
            verify_units: verify_units?,
        })
    }
}

impl DeadlineArgs {
    /// The duration, or a fault.
    pub fn resolve(&self, faults: &mut Faults) -> Option<Duration> {
        faults.parse_duration("USAGE_DEADLINE", &self.deadline)
    }
}
