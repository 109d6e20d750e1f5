//! A graceful stop: one place asks for it, many tasks wait for it.

use std::time::Duration;
use tokio::sync::watch;

/// For work in progress, unless another is said: a process has 30 seconds in all.
const GRACE: Duration = Duration::from_secs(25);

/// Asks for the stop; dropping it asks, too.
#[derive(Debug)]
pub struct StopSource(watch::Sender<bool>);

/// Waits for the stop. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Stop {
    told: watch::Receiver<bool>,
    grace: Duration,
}

/// A source and the first of those who wait for it.
pub fn pair() -> (StopSource, Stop) {
    pair_with_grace(GRACE)
}

/// The same with another time for work in progress.
pub fn pair_with_grace(grace: Duration) -> (StopSource, Stop) {
    let (sender, told) = watch::channel(false);
    (StopSource(sender), Stop { told, grace })
}

impl StopSource {
    /// Asks everyone to end.
    pub fn stop(&self) {
        self.0.send_replace(true);
    }
}

impl Stop {
    /// Whether the stop was asked for.
    pub fn is_stopped(&self) -> bool {
        *self.told.borrow() || self.told.has_changed().is_err()
    }

    /// How long work in progress may go on after the stop; what has not ended then is handed back or cut off.
    pub const fn grace(&self) -> Duration {
        self.grace
    }

    /// Returns when the stop is asked for; at once when it was before.
    pub async fn stopped(&mut self) {
        // An error means that the source is gone: nobody is left to run for.
        let _ = self.told.wait_for(|stopped| *stopped).await;
    }

    /// Waits this long, or until the stop; true when it was the stop.
    pub async fn sleep(&mut self, duration: Duration) -> bool {
        tokio::select! {
            () = self.stopped() => true,
            () = tokio::time::sleep(duration) => self.is_stopped(),
        }
    }
}

/// Stops when the process is told to end: SIGTERM, or Ctrl-C.
pub async fn on_signal(source: StopSource) -> std::io::Result<()> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    tokio::select! {
        _ = terminate.recv() => tracing::info!("told to end by SIGTERM"),
        _ = interrupt.recv() => tracing::info!("told to end by SIGINT"),
    }
    source.stop();
    Ok(())
}
