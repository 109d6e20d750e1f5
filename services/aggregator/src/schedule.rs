//! Every 24 hours all open months are aggregated again, whether or not anything was uploaded. One leader plans a
//! run; its units go through the queues like any other work. A missed run is caught up by one.

mod health;
mod plan;
mod slot;

pub use health::{health, watch};

use crate::context::Context;
use crate::error::WorkError;
use chrono::{DateTime, Utc};
use platform::config::AggregationSettings;
use platform::durable::{Step, durable};
use platform::stop::Stop;
use schema::runs;
use std::time::Duration;

/// Between two looks at the clock, which people may move in rehearsals.
const TICK: Duration = Duration::from_secs(1);
/// Between two tries to become the leader.
const FOLLOW: Duration = Duration::from_secs(5);

/// Keeps the schedule while this process leads, and waits for its turn otherwise.
pub async fn keep(context: Context, settings: AggregationSettings, mut stop: Stop) {
    while !stop.is_stopped() {
        match context.db.try_lead("aggregation schedule").await {
            Ok(Some(mut leadership)) => {
                tracing::info!("leading the aggregation schedule");
                let mut planned = Vec::new();
                while !stop.is_stopped() && leadership.holds().await {
                    if let Err(error) = tick(&context, settings, &mut planned).await {
                        metrics::counter!("aggregation_failures_total").increment(1);
                        tracing::error!(%error, "the aggregation schedule failed, will try again");
                        // The wait keeps a lasting failure from filling the log.
                        stop.sleep(FOLLOW).await;
                    }
                    stop.sleep(TICK).await;
                }
            }
            Ok(None) => drop(stop.sleep(FOLLOW).await),
            Err(error) => {
                tracing::warn!(%error, "cannot ask for the lead of the aggregation schedule");
                stop.sleep(FOLLOW).await;
            }
        }
    }
}

/// Starts the run that is due, plans what is not planned, ends what is done. `planned` are the runs that this
/// leader has planned: planning is repeated by the next leader and changes nothing then.
async fn tick(
    context: &Context,
    settings: AggregationSettings,
    planned: &mut Vec<DateTime<Utc>>,
) -> Result<(), WorkError> {
    let now = context.clock.now();
    let due = slot::due(now, settings);
    let start = context.db.machinery(move |tx| {
        let started = runs::start(tx, due, now)?;
        Ok::<_, WorkError>((started, runs::unfinished(tx)?))
    });
    let (started, unfinished) = durable(Step::StartRun, start).await?;
    if started {
        tracing::info!(scheduled_for = %due, "aggregation run started");
        // A slot that is run again, after a rehearsal went back, is planned again.
        planned.retain(|slot| *slot != due);
    }
    planned.retain(|slot| unfinished.iter().any(|run| run.scheduled_for == *slot));
    for run in unfinished {
        let slot = run.scheduled_for;
        if !planned.contains(&slot) {
            plan::plan(context, slot).await?;
            planned.push(slot);
        }
        let finish = context.db.machinery(move |tx| {
            let done = runs::pending(tx, slot)? == 0;
            if done {
                runs::finish(tx, slot, now)?;
            }
            Ok::<_, WorkError>(done)
        });
        let finished = durable(Step::FinishRun, finish).await?;
        if finished {
            tracing::info!(scheduled_for = %slot, "aggregation run finished");
            metrics::counter!("aggregation_runs_total").increment(1);
        }
    }
    Ok(())
}
