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

/// A message as a handler gets it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// What it asks for.
    pub work: Work,
    /// Whether it was handed out before and came back without a verdict, as when a process died. Said once a delivery:
    /// not again when the handler is asked anew after a pause.
    pub redelivered: bool,
}

/// A handler's verdict on a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Disposition {
    /// Done, and committed.
    Ack,
    /// It failed, and it is committed that it comes again by itself: nothing is held meanwhile.
    Postponed,
    /// It failed without a chance to commit anything; give it back after this time.
    Retry {
        /// At most five minutes are heeded.
        after: Duration,
    },
    /// It was given up, and is committed to the dead letters.
    DeadLetter,
    /// Something that everyone needs is away: keep the message, and try it again until it is back.
    Pause,
}

/// Works on one message until there is a verdict that ends it, and tells the broker.
pub(super) async fn settle<H, F>(delivery: Delivery, queue: Queue, handler: H, mut session: Stop)
where
    H: Fn(Message) -> F,
    F: Future<Output = Disposition> + Send,
{
    let (outcome, told) = match serde_json::from_slice::<Work>(&delivery.data) {
        Ok(work) => {
            let verdict = verdict(work, delivery.redelivered, &handler, &mut session).await;
            tell(&delivery, verdict, &mut session).await
        }
        Err(error) => {
            let error = BrokerError::from(error);
            tracing::error!(queue = queue.as_str(), %error, "a message is put aside");
            ("unreadable", delivery.nack(requeue(false)).await)
        }
    };
    metrics::counter!("broker_messages_total", "queue" => queue.as_str(), "outcome" => outcome).increment(1);
    if let Err(error) = told {
        // The connection is gone, and the broker hands the message out again: work may be repeated.
        tracing::debug!(queue = queue.as_str(), %error, "the broker was not told");
    }
}

async fn tell(
    delivery: &Delivery,
    verdict: Disposition,
    session: &mut Stop,
) -> (&'static str, lapin::Result<bool>) {
    let done = || durable(Step::SettleMessage, delivery.ack(BasicAckOptions::default()));
    match verdict {
        Disposition::Ack => ("ack", done().await),
        Disposition::Postponed => ("retry", done().await),
        Disposition::DeadLetter => ("dead-letter", done().await),
        Disposition::Retry { after } => {
            session.sleep(after.min(RETRY_AFTER_MAX)).await;
            ("retry", delivery.nack(requeue(true)).await)
        }
        // The session ended while it waited.
        Disposition::Pause => ("pause", delivery.nack(requeue(true)).await),
    }
}

/// The handler's verdict; [`Disposition::Pause`] only when the session ended first.
///
/// A paused message is held, not given back: giving it back counts towards the queue's
/// delivery limit, and an absent database must not make dead letters.
async fn verdict<H, F>(work: Work, redelivered: bool, handler: &H, session: &mut Stop) -> Disposition
where
    H: Fn(Message) -> F,
    F: Future<Output = Disposition> + Send,
{
    let mut backoff = Backoff::default();
    let mut message = Message { work, redelivered };
    loop {
        let outcome = AssertUnwindSafe(handler(message.clone())).catch_unwind().await;
        message.redelivered = false;
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
