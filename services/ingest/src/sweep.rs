//! Now and then, what crashed processes left half received is deleted.

use platform::clock::Clock;
use platform::stop::Stop;
use platform::store::Store;
use std::time::Duration;

/// Between two sweeps.
const EVERY: Duration = Duration::from_hours(6);

/// Sweeps the store's staging until the stop.
pub async fn run(store: Store, clock: Clock, mut stop: Stop) {
    while !stop.is_stopped() {
        let (store, now) = (store.clone(), clock.machine_now());
        match tokio::task::spawn_blocking(move || store.sweep(now)).await {
            Ok(Ok(0)) => {}
            Ok(Ok(count)) => tracing::info!(count, "deleted files that were never received to their end"),
            Ok(Err(error)) => tracing::warn!(%error, "the store's staging could not be swept"),
            Err(error) => tracing::error!(%error, "the sweep was lost"),
        }
        stop.sleep(EVERY).await;
    }
}
