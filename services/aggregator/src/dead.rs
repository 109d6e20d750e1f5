//! Dead letters: what the broker put aside is collected, and how many there are is told.

use crate::context::Context;
use crate::error::WorkError;
use crate::outbox;
use crate::work::keep_raw;
use platform::broker::{Broker, Dead, Queue, Work};
use platform::durable::{Step, durable};
use platform::stop::Stop;
use schema::dead_letters::{self, OpenLetters};
use schema::{Scope, Tx};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::time::Duration;

/// Of a message that was put aside in no queue of ours.
const UNKNOWN_QUEUE: &str = "unknown";
/// Between two looks.
const WATCH: Duration = Duration::from_secs(10);

/// Empties the broker's queue of messages that it put aside, until the stop.
pub async fn collect(context: Context, broker: Broker, stop: Stop) {
    let keep = |dead: Dead| {
        let context = context.clone();
        async move {
            let kept = durable(Step::CollectDead, keep(&context, dead)).await;
            kept.inspect_err(|error| tracing::warn!(%error, "a dead message stays with the broker")).is_ok()
        }
    };
    broker.collect_dead(stop, keep).await;
}

async fn keep(context: &Context, dead: Dead) -> Result<(), WorkError> {
    let queue = dead.queue.map_or(UNKNOWN_QUEUE, Queue::as_str);
    match dead.work {
        Ok(work) => send_back(context, work, &dead.cause).await,
        Err(unreadable) => {
            keep_raw(context, queue, unreadable.body, format!("it cannot be read: {}", unreadable.error))
                .await
        }
    }
}

/// The broker counts deliveries, also of messages that were only waiting when a process died. Those whose own doing it
/// was are counted in the database, where they end; so whatever can be read is worked on again.
async fn send_back(context: &Context, work: Work, cause: &str) -> Result<(), WorkError> {
    let (queue, key) = (work.queue().as_str(), work.key());
    tracing::warn!(queue, key, cause, "a message that the broker put aside goes back to work");
    let machine_now = context.clock.machine_now();
    let scope = Scope::Organization(work.organization_id());
    context.db.run(scope, move |tx: &mut Tx<'_>| outbox::put(tx, &work, machine_now)).await?;
    context.wake.notify_one();
    metrics::counter!("dead_messages_sent_back_total", "queue" => queue).increment(1);
    Ok(())
}

async fn open(context: &Context) -> Result<Vec<OpenLetters>, WorkError> {
    context.db.machinery(|tx| Ok(dead_letters::open(tx)?)).await
}

/// How many wait for a person, by queue, and since when, for the details of `/readyz`; `null` when the database does
/// not tell.
pub async fn health(context: &Context) -> Value {
    let Ok(open) = open(context).await else { return Value::Null };
    let count = open.iter().map(|of| of.letters).sum::<i64>();
    let queues: BTreeMap<_, _> = open.iter().map(|of| (of.queue.as_str(), of.letters)).collect();
    json!({ "open": count, "queues": queues, "oldest": open.iter().map(|of| of.oldest).min() })
}

/// Keeps the gauge.
pub async fn watch(context: Context, mut stop: Stop) {
    loop {
        if let Ok(open) = open(&context).await {
            for queue in Queue::ALL.map(Queue::as_str).into_iter().chain([UNKNOWN_QUEUE]) {
                let count = open.iter().find(|of| of.queue == queue).map_or(0, |of| of.letters);
                let gauge = metrics::gauge!("dead_letters_open", "queue" => queue);
                gauge.set(u32::try_from(count).unwrap_or(u32::MAX));
            }
        }
        if stop.sleep(WATCH).await {
            return;
        }
    }
}
