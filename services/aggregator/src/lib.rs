//! The aggregator: turns registered evidence into VM History rows, report revisions and order drafts.
//!
//! Two short, idempotent steps, each for one message: *register* an upload, *meter* a unit;
//! then *compose* the organization's month. Each commits before its message is acknowledged, and each
//! asks the database first what is still to do, so that a message may come twice, late, or out of order.
//!
//! Locks, in their order: attempts, the meter (register), products and claims, the month (compose), units sorted by mode,
//! vCenter and month (all three and the schedule's planning), orders, the finishing of uploads (compose), their states,
//! dead letters. No transaction takes an earlier one after a later one (ARCHITECTURE.md, invariant 13).

mod compose;
mod context;
mod dead;
mod error;
mod meter;
mod outbox;
mod register;
mod requeue;
mod schedule;
mod stored;
pub mod verify;
mod work;

pub use context::Context;
pub use error::WorkError;
pub use requeue::{Requeued, requeue};
pub use work::handle;

use platform::broker::{Broker, Queue};
use platform::config::AggregationSettings;
use platform::health::Readiness;
use platform::stop::Stop;

/// Works on all queues and keeps the 24-hour schedule until the stop.
pub async fn run(context: Context, broker: Broker, settings: AggregationSettings, stop: Stop) {
    let consume = |queue: Queue| {
        let (context, broker, stop) = (context.clone(), broker.clone(), stop.clone());
        // In the heap: with all that a message may need they would make one large future.
        Box::pin(async move {
            let handler = move |message| {
                let context = context.clone();
                async move { handle(&context, message).await }
            };
            broker.consume(queue, settings.workers, stop, handler).await;
        })
    };
    let schedule = schedule::keep(context.clone(), settings, stop.clone());
    let watch = schedule::watch(context.clone(), settings, stop.clone());
    let verify = Box::pin(verify::keep(context.clone(), settings.verify_units, stop.clone()));
    let differing = verify::watch(context.clone(), stop.clone());
    let (register, meter, compose) =
        (consume(Queue::Register), consume(Queue::Meter), consume(Queue::Compose));
    let collect = dead::collect(context.clone(), broker.clone(), stop.clone());
    let letters = dead::watch(context.clone(), stop.clone());
    tokio::join!(register, meter, compose, schedule, watch, verify, differing, collect, letters);
}

/// Shows in `/readyz` how the 24-hour aggregation fares, what verification found, and how many messages were given up.
pub fn readiness(context: &Context, settings: AggregationSettings) -> Readiness {
    let (aggregation, verification, letters) = (context.clone(), context.clone(), context.clone());
    let readiness = Readiness::default().detail("aggregation", move || {
        let context = aggregation.clone();
        async move { schedule::health(&context, settings).await }
    });
    let readiness = readiness.detail("verification", move || {
        let context = verification.clone();
        async move { verify::health(&context).await }
    });
    readiness.detail("dead_letters", move || {
        let context = letters.clone();
        async move { dead::health(&context).await }
    })
}
