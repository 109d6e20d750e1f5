//! Now and then, what was received to its end becomes an upload, if a crash left that undone; and what was not is deleted:
//! by processes that crashed, or by clients that never came back.

use platform::stop::Stop;
use std::time::Duration;

use crate::Door;
use crate::resumable::sweep::sweep as sweep_resumable;
use crate::resumable::whole::complete_all;

/// Between two sweeps.
const EVERY: Duration = Duration::from_mins(10);

/// Sweeps the store until the stop.
pub async fn run(door: Door, mut stop: Stop) {
    while !stop.is_stopped() {
        once(&door).await;
        stop.sleep(EVERY).await;
    }
}

/// Sweeps once.
pub async fn once(door: &Door) {
    let (store, now) = (door.store.clone(), door.clock.machine_now());
    match tokio::task::spawn_blocking(move || store.sweep(now)).await {
        Ok(Ok(0)) => {}
        Ok(Ok(count)) => tracing::info!(count, "deleted files that were never received to their end"),
        Ok(Err(error)) => tracing::warn!(%error, "the store's staging could not be swept"),
        Err(error) => tracing::error!(%error, "the sweep was lost"),
    }
    // Before those that have expired go.
    match complete_all(door).await {
        Ok(0) => {}
        Ok(count) => tracing::info!(count, "completed resumable uploads whose last bytes had come"),
        Err(error) => tracing::warn!(%error, "whole resumable uploads could not be completed"),
    }
    match sweep_resumable(door).await {
        Ok(0) => {}
        Ok(count) => tracing::info!(count, "deleted resumable uploads that had expired"),
        Err(error) => tracing::warn!(%error, "expired resumable uploads could not be swept"),
    }
}
