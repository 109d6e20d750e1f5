//! The relay: messages go from the outbox to the broker, and leave the outbox when the broker has them.
//!
//! Between the two it holds leases, so that several relays share the work. What is published and not yet deleted when
//! a relay dies is published again: every consumer takes a message twice for once.

mod batch;
mod pace;

use platform::broker::{Broker, Publisher};
use platform::clock::Clock;
use platform::db::{Db, DbError};
use platform::stop::Stop;
use serde_json::{Value, json};
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::Notify;

use self::batch::Outcome;
use self::pace::Pace;

/// Between two looks at how much waits.
const MEASURE_EVERY: Duration = Duration::from_secs(5);

/// Moves messages from the outbox to the broker.
pub struct Relay {
    db: Db,
    clock: Clock,
    publisher: Publisher,
    wake: Arc<Notify>,
}

impl Relay {
    /// A relay with a channel of its own; `wake` is told of messages written by this process.
    pub fn new(db: Db, clock: Clock, broker: &Broker, wake: Arc<Notify>) -> Self {
        Self { db, clock, publisher: broker.publisher(), wake }
    }
}

/// Relays until the stop. Without database or broker it waits and tries again.
pub async fn run(relay: Relay, mut stop: Stop) {
    let mut pace = Pace::new();
    let mut measured: Option<Instant> = None;
    while !stop.is_stopped() {
        if measured.is_none_or(|at| at.elapsed() >= MEASURE_EVERY) {
            measure(&relay).await;
            measured = Some(Instant::now());
        }
        let outcome = batch::relay(&relay, pace.batch_size(), &mut stop).await;
        pace.after(outcome);
        if outcome == Outcome::More {
            continue;
        }
        tokio::select! {
            // While the broker is away, new messages are no news.
            () = relay.wake.notified(), if pace.is_well() => {}
            _ = stop.sleep(pace.delay()) => {}
        }
    }
    tracing::info!("the relay has ended");
}

async fn measure(relay: &Relay) {
    match backlog(&relay.db).await {
        Ok(backlog) => {
            let age =
                backlog.oldest.map_or(0, |oldest| (relay.clock.machine_now() - oldest).num_milliseconds());
            metrics::gauge!("outbox_depth").set(count(backlog.count));
            metrics::gauge!("outbox_oldest_seconds").set(count(age.max(0)) / 1000.0);
        }
        Err(error) => tracing::debug!(%error, "the outbox could not be measured"),
    }
}

/// How much waits in the outbox and for how long, for the details of `/readyz`.
pub async fn detail(db: Db, clock: Clock) -> Value {
    match backlog(&db).await {
        Ok(backlog) => {
            let age = backlog.oldest.map(|oldest| (clock.machine_now() - oldest).num_milliseconds().max(0));
            json!({"depth": backlog.count, "oldest_age_ms": age})
        }
        Err(_) => Value::Null,
    }
}

async fn backlog(db: &Db) -> Result<schema::outbox::Backlog, DbError> {
    db.machinery(|tx| Ok::<_, DbError>(schema::outbox::backlog(tx)?)).await
}

/// Gauges are floats.
#[expect(clippy::cast_precision_loss, reason = "a gauge, exact up to 2^53")]
fn count(value: i64) -> f64 {
    value as f64
}
