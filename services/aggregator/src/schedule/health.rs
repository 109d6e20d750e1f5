//! How the aggregation fares: in `/readyz`, the metrics, and the log.

use super::slot;
use crate::context::Context;
use crate::error::WorkError;
use chrono::{DateTime, TimeDelta, Utc};
use platform::config::AggregationSettings;
use platform::stop::Stop;
use schema::runs::{self, Run};
use serde_json::{Value, json};
use std::time::Duration;

/// A run that is due and not finished after this time is overdue: missed, or failing.
const OVERDUE_AFTER: TimeDelta = TimeDelta::hours(1);
/// Between two looks.
const WATCH: Duration = Duration::from_secs(10);

struct Health {
    due: DateTime<Utc>,
    run: Option<Run>,
    months_pending: i64,
    units_failed: i64,
    overdue: bool,
}

async fn look(context: &Context, settings: AggregationSettings) -> Result<Health, WorkError> {
    let now = context.clock.now();
    let due = slot::due(now, settings);
    context
        .db
        .machinery(move |tx| {
            let run = runs::find(tx, due)?;
            let finished = run.as_ref().is_some_and(|run| run.finished_at.is_some());
            Ok(Health {
                due,
                run,
                months_pending: runs::pending(tx, due)?,
                units_failed: runs::failed_units(tx)?,
                overdue: !finished && now - due > OVERDUE_AFTER,
            })
        })
        .await
}

/// The run that is due, what it waits for, and whether it is late; `null` when the database does not tell.
pub async fn health(context: &Context, settings: AggregationSettings) -> Value {
    let Ok(health) = look(context, settings).await else { return Value::Null };
    json!({
        "due": health.due,
        "started_at": health.run.as_ref().map(|run| run.started_at),
        "finished_at": health.run.as_ref().and_then(|run| run.finished_at),
        "months_pending": health.months_pending,
        "units_failed": health.units_failed,
        "overdue": health.overdue,
    })
}

/// Keeps the gauges, and logs once when a run becomes overdue.
pub async fn watch(context: Context, settings: AggregationSettings, mut stop: Stop) {
    let mut overdue = false;
    loop {
        if let Ok(health) = look(&context, settings).await {
            if health.overdue && !overdue {
                let (due, months_pending) = (health.due, health.months_pending);
                tracing::error!(%due, months_pending, "the 24-hour aggregation is overdue");
            }
            overdue = health.overdue;
            metrics::gauge!("aggregation_overdue").set(u8::from(health.overdue));
            metrics::gauge!("aggregation_months_pending").set(gauge(health.months_pending));
            metrics::gauge!("aggregation_units_failed").set(gauge(health.units_failed));
        }
        if stop.sleep(WATCH).await {
            return;
        }
    }
}

fn gauge(count: i64) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}
