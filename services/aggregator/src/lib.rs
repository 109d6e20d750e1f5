//! The aggregator: turns registered evidence into VM History rows, report revisions and order drafts.
//!
//! Two short, idempotent steps, each for one message: *register* an upload, *meter* a unit;
//! then *compose* the organization's month. Each commits before its message is acknowledged, and each
//! asks the database first what is still to do, so that a message may come twice, late, or out of order.
//!
//! Locks, in their order: the meter (register), the month (compose), units sorted by mode, vCenter and month (all three
//! and the schedule's planning), orders, and last the finishing of uploads (compose). No transaction takes an earlier one after a later one.

mod compose;
mod context;
mod error;
mod meter;
mod outbox;
mod register;
mod schedule;
mod stored;
mod work;

pub use context::Context;
pub use work::handle;

use platform::broker::{Broker, Queue};
use platform::config::AggregationSettings;
use platform::health::Readiness;
use platform::stop::Stop;

/// Works on all queues and keeps the 24-hour schedule until the stop.
pub async fn run(context: Context, broker: Broker, settings: AggregationSettings, stop: Stop) {
    let consume = |queue: Queue| {
        let (context, broker, stop) = (context.clone(), broker.clone(), stop.clone());
        async move {
            let handler = move |message| {
                let context = context.clone();
                async move { handle(&context, message).await }
            };
            broker.consume(queue, settings.workers, stop, handler).await;
        }
    };
    let schedule = schedule::keep(context.clone(), settings, stop.clone());
    let watch = schedule::watch(context.clone(), settings, stop.clone());
    tokio::join!(consume(Queue::Register), consume(Queue::Meter), consume(Queue::Compose), schedule, watch);
}

/// Shows in `/readyz` how the 24-hour aggregation fares.
pub fn readiness(context: &Context, settings: AggregationSettings) -> Readiness {
    let context = context.clone();
    Readiness::default().detail("aggregation", move || {
        let context = context.clone();
        async move { schedule::health(&context, settings).await }
    })
}
