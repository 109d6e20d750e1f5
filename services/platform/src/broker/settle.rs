//! From a message to its verdict, and what the broker is told.

use futures_util::FutureExt;
use lapin::message::Delivery;
use lapin::options::{BasicAckOptions, BasicNackOptions};
use std::panic::AssertUnwindSafe;
use std::time::Duration;

use super::backoff::Backoff;
use super::{BrokerError, Queue, Work};
use crate::durable::{Step, durable};
use crate::stop::Stop;

/// A message is not held longer than this; the broker takes it back after 30 minutes.
const RETRY_AFTER_MAX: Duration = Duration::from_mins(5);
/// After a panic, which the handler had no chance to count.
const RETRY_AFTER_PANIC: Duration = Duration::from_secs(30);

/// A handler's verdict on a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Disposition {
    /// Done, and committed.
    Ack,
    /// It failed; give it back after this time. The handler counts such failures and ends them.
    Retry {
        /// At most five minutes are heeded.
        after: Duration,
    },
    /// Nobody can work on it.
    DeadLetter {
        /// For the log.
        reason: String,
    },
    /// Something that everyone needs is away: keep the message, and try it again until it is back.
    Pause,
}

/// Works on one message until there is a verdict that ends it, and tells the broker.
pub(super) async fn settle<H, F>(delivery: Delivery, queue: Queue, handler: H, mut session: Stop)
where
    H: Fn(Work) -> F,
    F: Future<Output = Disposition> + Send,
{
    let verdict = match serde_json::from_slice::<Work>(&delivery.data) {
        Ok(work) => verdict(&work, &handler, &mut session).await,
        Err(error) => Disposition::DeadLetter { reason: BrokerError::from(error).to_string() },
    };
    let (outcome, told) = match verdict {
        Disposition::Ack => {
            ("ack", durable(Step::SettleMessage, delivery.ack(BasicAckOptions::default())).await)
        }
        Disposition::Retry { after } => {
            session.sleep(after.min(RETRY_AFTER_MAX)).await;
            ("retry", delivery.nack(requeue(true)).await)
        }
        // The session ended while it waited.
        Disposition::Pause => ("pause", delivery.nack(requeue(true)).await),
        Disposition::DeadLetter { reason } => {
            tracing::error!(queue = queue.as_str(), reason, "message goes to the dead letters");
            ("dead-letter", delivery.nack(requeue(false)).await)
        }
    };
    metrics::counter!("broker_messages_total", "queue" => queue.as_str(), "outcome" => outcome).increment(1);
    if let Err(error) = told {
        // The connection is gone, and the broker hands the message out again: work may be repeated.
        tracing::debug!(queue = queue.as_str(), %error, "the broker was not told");
    }
}

/// The handler's verdict; [`Disposition::Pause`] only when the session ended first.
///
/// A paused message is held, not given back: giving it back counts towards the queue's
/// delivery limit, and an absent database must not make dead letters.
async fn verdict<H, F>(work: &Work, handler: &H, session: &mut Stop) -> Disposition
where
    H: Fn(Work) -> F,
    F: Future<Output = Disposition> + Send,
{
    let mut backoff = Backoff::default();
    loop {
        let outcome = AssertUnwindSafe(handler(work.clone())).catch_unwind().await;
        match outcome.unwrap_or(Disposition::Retry { after: RETRY_AFTER_PANIC }) {
            Disposition::Pause if session.is_stopped() => return Disposition::Pause,
            Disposition::Pause => {
                session.sleep(backoff.next()).await;
            }
            ended => return ended,
        }
    }
}

const fn requeue(requeue: bool) -> BasicNackOptions {
    BasicNackOptions { multiple: false, requeue }
}
