//! One round of the relay: lease, publish, delete.

use chrono::TimeDelta;
use platform::broker::{BrokerError, Work};
use platform::db::DbError;
use platform::durable::{Step, durable};
use platform::stop::Stop;
use schema::outbox::{self, LeasedMessage};
use std::time::Duration;

use super::Relay;

/// Longer than the broker may take for its confirms.
const LEASE: TimeDelta = TimeDelta::seconds(60);

/// How long a round may go on after the stop; what is not confirmed then is published again.
const STOP_GRACE: Duration = Duration::from_secs(5);

/// How a round went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// Nothing waited.
    Empty,
    /// All that was leased is out.
    Done,
    /// So it is, and more waits.
    More,
    /// Database or broker did not do their part.
    Failed,
}

/// What became of the leased messages.
#[derive(Default)]
struct Sorted {
    /// The broker has them.
    confirmed: Vec<i64>,
    /// It has not: the next round may try again.
    unsent: Vec<i64>,
}

/// Publishes at most `size` messages.
pub async fn relay(relay: &Relay, size: i64, stop: &mut Stop) -> Outcome {
    let leased = match durable(Step::LeaseOutbox, lease(relay, size)).await {
        Ok(leased) if leased.is_empty() => return Outcome::Empty,
        Ok(leased) => leased,
        Err(error) => {
            tracing::warn!(%error, "the outbox cannot be read");
            return Outcome::Failed;
        }
    };
    let full = i64::try_from(leased.len()).is_ok_and(|count| count >= size);
    let sorted = durable(Step::PublishMessages, publish(relay, leased, stop)).await;
    let all_sent = sorted.unsent.is_empty();
    match durable(Step::SettleOutbox, settle(relay, sorted)).await {
        Ok(()) if !all_sent => Outcome::Failed,
        Ok(()) if full => Outcome::More,
        Ok(()) => Outcome::Done,
        Err(error) => {
            tracing::warn!(%error, "published messages stay in the outbox and will be published again");
            Outcome::Failed
        }
    }
}

async fn lease(relay: &Relay, size: i64) -> Result<Vec<LeasedMessage>, DbError> {
    let machine_now = relay.clock.machine_now();
    let lease = move |tx: &mut schema::Tx<'_>| {
        Ok::<_, DbError>(outbox::lease(tx, machine_now, machine_now + LEASE, size)?)
    };
    relay.db.machinery(lease).await
}

async fn publish(relay: &Relay, leased: Vec<LeasedMessage>, stop: &mut Stop) -> Sorted {
    let (ids, works) = readable(leased);
    let outcomes = tokio::select! {
        outcomes = relay.publisher.publish_all(&works) => outcomes,
        () = async { stop.stopped().await; tokio::time::sleep(STOP_GRACE).await } => Vec::new(),
    };
    let mut sorted = Sorted::default();
    let mut first_error = None;
    // Those without an outcome, because of the stop, are unsent.
    let outcomes = outcomes.into_iter().map(Some).chain(std::iter::repeat_with(|| None));
    for (id, outcome) in ids.into_iter().zip(outcomes) {
        match outcome {
            Some(Ok(())) => sorted.confirmed.push(id),
            Some(Err(error)) => {
                first_error.get_or_insert(error);
                sorted.unsent.push(id);
            }
            None => sorted.unsent.push(id),
        }
    }
    metrics::counter!("outbox_published_total").increment(sorted.confirmed.len() as u64);
    if let Some(error) = first_error {
        complain(&error, sorted.unsent.len());
    }
    sorted
}

/// The messages that can be sent. Others were written by a newer version, or by hand: they stay, and their leases keep
/// them out of the way of those behind them.
fn readable(leased: Vec<LeasedMessage>) -> (Vec<i64>, Vec<Work>) {
    let read = |message: LeasedMessage| match Work::from_json(&message.body) {
        Ok(work) => Some((message.id, work)),
        Err(error) => {
            tracing::error!(id = message.id, %error, "a message in the outbox cannot be read");
            None
        }
    };
    leased.into_iter().filter_map(read).unzip()
}

fn complain(error: &BrokerError, count: usize) {
    metrics::counter!("outbox_unsent_total").increment(count as u64);
    tracing::warn!(%error, count, "messages were not taken by the broker and stay in the outbox");
}

/// Deletes what is out, and gives the leases of the rest back.
async fn settle(relay: &Relay, sorted: Sorted) -> Result<(), DbError> {
    let Sorted { confirmed, unsent } = sorted;
    relay
        .db
        .machinery(move |tx| {
            outbox::delete(tx, &confirmed)?;
            outbox::release(tx, &unsent)?;
            Ok::<_, DbError>(())
        })
        .await
}
