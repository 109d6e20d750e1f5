//! The relay: messages go from the outbox to the broker, and leave the outbox when the broker has them.
//!
//! Between the two it holds leases, so that several relays share the work. What is published and not yet deleted when
//! a relay dies is published again: every consumer takes a message twice for once.
//!
//! What waits for work waits here and not in the broker, so that organizations take turns (`rounds`).

mod batch;
mod pace;
mod rounds;
mod unreadable;
mod watch;

use platform::broker::{Broker, Publisher};
use platform::clock::Clock;
use platform::db::Db;
use platform::stop::Stop;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Notify;

use self::batch::Outcome;
use self::pace::Pace;
use self::rounds::Rounds;
pub use self::watch::detail;

/// Moves messages from the outbox to the broker.
pub struct Relay {
    db: Db,
    clock: Clock,
    publisher: Publisher,
    wake: Arc<Notify>,
    age_max: Duration,
}

impl Relay {
    /// A relay with a channel of its own; `wake` is told of messages written by this process. A message older than
    /// `age_max` is told of.
    pub fn new(db: Db, clock: Clock, broker: &Broker, wake: Arc<Notify>, age_max: Duration) -> Self {
        Self { db, clock, publisher: broker.publisher(), wake, age_max }
    }
}

/// Relays until the stop. Without database or broker it waits and tries again.
pub async fn run(relay: Relay, stop: Stop) {
    let watched = watch::watch(&relay.db, &relay.clock, relay.age_max, stop.clone());
    tokio::join!(publish(&relay, stop), watched);
    tracing::info!("the relay has ended");
}

async fn publish(relay: &Relay, mut stop: Stop) {
    let (mut pace, mut rounds) = (Pace::new(), Rounds::default());
    while !stop.is_stopped() {
        let outcome = batch::relay(relay, &mut rounds, !pace.is_well(), &mut stop).await;
        pace.after(outcome);
        if outcome == Outcome::Sent {
            continue;
        }
        tokio::select! {
            // While the broker is away, new messages are no news.
            () = relay.wake.notified(), if pace.is_well() => {}
            _ = stop.sleep(pace.delay()) => {}
        }
    }
}
