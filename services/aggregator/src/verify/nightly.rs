//! The sample of a run: verified after the run has ended, by one process, so that no month closes later for it.

use super::sample::Sampler;
use crate::context::Context;
use chrono::{DateTime, Utc};
use platform::stop::Stop;
use schema::runs;
use std::time::Duration;

/// Between two looks whether a run has ended.
const TICK: Duration = Duration::from_secs(2);
/// After the store or the database was away.
const AGAIN: Duration = Duration::from_mins(1);

/// Verifies so many units after each run; none with 0.
pub async fn keep(context: Context, units: u32, mut stop: Stop) {
    if units == 0 {
        return;
    }
    let mut sampled = None;
    loop {
        let again = match tick(&context, units, &mut sampled, &stop).await {
            Ok(()) => TICK,
            Err(error) => {
                metrics::counter!("verification_failures_total").increment(1);
                tracing::warn!(%error, "the sample of a run could not be verified, will try again");
                AGAIN
            }
        };
        if stop.sleep(again).await {
            return;
        }
    }
}

/// `sampled` is the last slot of which nothing is left to verify.
async fn tick(
    context: &Context,
    units: u32,
    sampled: &mut Option<DateTime<Utc>>,
    stop: &Stop,
) -> Result<(), crate::WorkError> {
    let last = context.db.machinery(|tx| Ok::<_, crate::WorkError>(runs::last_finished(tx)?)).await?;
    let Some(slot) = last.filter(|slot| *sampled != Some(*slot)) else { return Ok(()) };
    // Whoever has it now is at work on the same sample.
    let Some(leadership) = context.db.try_lead("verification").await? else { return Ok(()) };
    let sampler = Sampler { context, slot, units, stop };
    let done = sampler.run(Some(leadership)).await?;
    if done.units > 0 {
        let (verified, differing) = (done.units, done.differing);
        tracing::info!(scheduled_for = %slot, verified, differing, "the sample of a run is verified");
    }
    *sampled = Some(slot);
    Ok(())
}
