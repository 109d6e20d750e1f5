//! One round of the relay: lease, publish, delete.

use chrono::TimeDelta;
use platform::broker::{BrokerError, Queue, Work};
use platform::db::DbError;
use platform::durable::{Step, durable};
use platform::stop::Stop;
use schema::outbox::{self, LeasedMessage, Turn};
use std::time::Duration;

use super::Relay;
use super::rounds::{Room, Rounds};
use super::unreadable::Unreadable;

/// Longer than the broker may take for its confirms.
const LEASE: TimeDelta = TimeDelta::seconds(60);

/// How long a round may go on after the stop; what is not confirmed then is published again.
const STOP_GRACE: Duration = Duration::from_secs(5);

/// How a round went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// Nothing waited.
    Empty,
    /// All that was leased is out; more may wait.
    Sent,
    /// What waits is not to be published yet: the queues have enough.
    Held,
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
    /// Nobody takes them.
    unreadable: Vec<Unreadable>,
}

/// Publishes what the queues have room for; `probe` is a round to find out whether messages are taken again.
pub async fn relay(relay: &Relay, rounds: &mut Rounds, probe: bool, stop: &mut Stop) -> Outcome {
    let waiting = match waiting(relay).await {
        Ok(waiting) if waiting.is_empty() => return Outcome::Empty,
        Ok(waiting) => waiting,
        Err(error) => {
            tracing::warn!(%error, "the outbox cannot be read");
            return Outcome::Failed;
        }
    };
    let (leased, failed) = lease_for(relay, rounds, &waiting, probe).await;
    if leased.is_empty() {
        return if failed { Outcome::Failed } else { Outcome::Held };
    }
    let sorted = durable(Step::PublishMessages, publish(relay, leased, stop)).await;
    let all_sent = sorted.unsent.is_empty() && !failed;
    match durable(Step::SettleOutbox, settle(relay, sorted)).await {
        Ok(()) if all_sent => Outcome::Sent,
        Ok(()) => Outcome::Failed,
        Err(error) => {
            tracing::warn!(%error, "published messages stay in the outbox and will be published again");
            Outcome::Failed
        }
    }
}

/// The queues that messages wait for.
async fn waiting(relay: &Relay) -> Result<Vec<Queue>, DbError> {
    let machine_now = relay.clock.machine_now();
    let names = relay.db.machinery(move |tx| {
        let queues = Queue::ALL.map(Queue::as_str);
        Ok::<_, DbError>(outbox::waiting_queues(tx, machine_now, &queues)?)
    });
    // Asked for by these names, so that each is one.
    Ok(names.await?.iter().filter_map(|name| name.parse().ok()).collect())
}

/// What these queues have room for, and whether broker or database did not tell.
async fn lease_for(
    relay: &Relay,
    rounds: &mut Rounds,
    waiting: &[Queue],
    probe: bool,
) -> (Vec<LeasedMessage>, bool) {
    let (mut leased, mut failed) = (Vec::new(), false);
    for queue in waiting {
        let ready = match relay.publisher.ready(*queue).await {
            Ok(ready) => ready,
            Err(error) => {
                tracing::warn!(queue = queue.as_str(), %error, "messages stay in the outbox: the broker does not answer");
                return (leased, true);
            }
        };
        match lease_round(relay, rounds, *queue, ready, probe).await {
            Ok(mut messages) => leased.append(&mut messages),
            Err(error) => {
                tracing::warn!(%error, "the outbox cannot be read");
                failed = true;
            }
        }
    }
    (leased, failed)
}

async fn lease_round(
    relay: &Relay,
    rounds: &mut Rounds,
    queue: Queue,
    ready: u32,
    probe: bool,
) -> Result<Vec<LeasedMessage>, DbError> {
    let Some(room) = rounds.room(queue, ready) else { return Ok(Vec::new()) };
    let room = if probe { Room::ONE } else { room };
    let mut leased = durable(Step::LeaseOutbox, lease(relay, queue, room, rounds.had(queue))).await?;
    if leased.is_empty() && rounds.begin_anew(queue, ready) {
        leased = durable(Step::LeaseOutbox, lease(relay, queue, room, &[])).await?;
    }
    rounds.take(queue, leased.iter().map(|message| message.organization_id));
    Ok(leased)
}

async fn lease(
    relay: &Relay,
    queue: Queue,
    room: Room,
    had: &[uuid::Uuid],
) -> Result<Vec<LeasedMessage>, DbError> {
    let (machine_now, except) = (relay.clock.machine_now(), had.to_vec());
    let lease = move |tx: &mut schema::Tx<'_>| {
        let turn = Turn { queue: queue.as_str(), each: room.each, limit: room.total, except: &except };
        Ok::<_, DbError>(outbox::lease(tx, machine_now, machine_now + LEASE, turn)?)
    };
    relay.db.machinery(lease).await
}

async fn publish(relay: &Relay, leased: Vec<LeasedMessage>, stop: &mut Stop) -> Sorted {
    let Readable { ids, works, unreadable } = readable(relay, leased);
    let outcomes = tokio::select! {
        outcomes = relay.publisher.publish_all(&works) => outcomes,
        () = async { stop.stopped().await; tokio::time::sleep(STOP_GRACE).await } => Vec::new(),
    };
    let mut sorted = Sorted { unreadable, ..Sorted::default() };
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

/// The messages that can be sent, and those that never will be. Others that cannot be read may be of a newer version, whose
/// relay takes them: their leases keep them out of the way of those behind them.
#[derive(Default)]
struct Readable {
    ids: Vec<i64>,
    works: Vec<Work>,
    unreadable: Vec<Unreadable>,
}

fn readable(relay: &Relay, leased: Vec<LeasedMessage>) -> Readable {
    let mut readable = Readable::default();
    for message in leased {
        match Work::from_json(&message.body) {
            Ok(work) => {
                readable.ids.push(message.id);
                readable.works.push(work);
            }
            Err(error) => {
                tracing::error!(id = message.id, %error, "a message in the outbox cannot be read");
                let unreadable = Unreadable { message, error: error.to_string() };
                readable.unreadable.extend(Some(unreadable).filter(|message| message.is_overdue(relay)));
            }
        }
    }
    readable
}

fn complain(error: &BrokerError, count: usize) {
    metrics::counter!("outbox_unsent_total").increment(count as u64);
    tracing::warn!(%error, count, "messages were not taken by the broker and stay in the outbox");
}

/// Buries what nobody takes, deletes what is out or buried, and gives the leases of the rest back.
async fn settle(relay: &Relay, sorted: Sorted) -> Result<(), DbError> {
    let Sorted { confirmed, unsent, unreadable } = sorted;
    let mut buried = Vec::with_capacity(unreadable.len());
    for message in unreadable {
        buried.push(message.bury(relay).await?);
    }
    relay
        .db
        .machinery(move |tx| {
            outbox::delete(tx, &confirmed)?;
            outbox::delete(tx, &buried)?;
            outbox::release(tx, &unsent)?;
            Ok::<_, DbError>(())
        })
        .await
}
