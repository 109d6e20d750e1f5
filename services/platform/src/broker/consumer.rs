//! Consuming: a handler gives a verdict on each message, and the loop outlives broken connections.

use futures_util::StreamExt;
use lapin::message::Delivery;
use lapin::options::{BasicCancelOptions, BasicConsumeOptions, BasicNackOptions, BasicQosOptions};
use lapin::types::FieldTable;
use lapin::{Channel, Consumer};
use std::time::{Duration, Instant};

use super::backoff::Backoff;
use super::connection::within;
use super::desk::Desk;
use super::settle::{Disposition, Message};
use super::{Broker, BrokerError, Queue, topology};
use crate::stop::{self, Stop};

/// Messages at hand for each worker, so that there is somebody else's to turn to beside those of a large partner.
const AT_HAND_EACH: u16 = 16;
/// A message that is not begun by then goes back: the broker ends a consumer that holds one for 30 minutes.
const AT_HAND_MAX: Duration = Duration::from_mins(15);
/// Between two looks at how long messages have been at hand.
const LOOK_EVERY: Duration = Duration::from_mins(1);
/// For handing everything back at the end: it goes back without being asked when the connection ends.
const HAND_BACK: Duration = Duration::from_secs(1);

impl Broker {
    /// Hands messages of a queue to `handler`, `concurrency` at a time, until the stop. Organizations take turns, and
    /// one has all workers but one at most. Returns when the handlers at work have ended, or after the stop's grace:
    /// what is not done then is with the broker again.
    pub async fn consume<H, F>(&self, queue: Queue, concurrency: u16, mut stop: Stop, handler: H)
    where
        H: Fn(Message) -> F + Clone + Send + Sync + 'static,
        F: Future<Output = Disposition> + Send + 'static,
    {
        let mut backoff = Backoff::default();
        // Outlives connections: who is still at work when one breaks keeps its place.
        let mut desk = Desk::new(queue, concurrency, handler);
        while !stop.is_stopped() {
            // Boxed: a process has several of these in one task.
            let session = Box::pin(self.consume_once(concurrency, &mut stop, &mut desk, &mut backoff));
            match session.await {
                Ok(()) => return,
                Err(error) => {
                    tracing::warn!(queue = queue.as_str(), %error, "consuming ended, will begin anew");
                }
            }
            stop.sleep(backoff.next()).await;
        }
        desk.end(stop.grace()).await;
    }

    /// One connection's worth of consuming: without an error only by the stop.
    async fn consume_once<H, F>(
        &self,
        concurrency: u16,
        stop: &mut Stop,
        desk: &mut Desk<H>,
        backoff: &mut Backoff,
    ) -> Result<(), BrokerError>
    where
        H: Fn(Message) -> F + Clone + Send + Sync + 'static,
        F: Future<Output = Disposition> + Send + 'static,
    {
        let channel = self.channel().await?;
        let mut consumer = self.subscribe(&channel, desk.queue, concurrency).await?;
        tracing::info!(queue = desk.queue.as_str(), concurrency, "consuming");
        *backoff = Backoff::default();
        // Whoever holds a message lets go of it when this session ends, for whatever reason.
        let (session_source, session) = stop::pair();
        let mut look = tokio::time::interval(LOOK_EVERY);
        let outcome = loop {
            desk.begin(&session);
            tokio::select! {
                () = stop.stopped() => break Ok(()),
                delivery = consumer.next() => match delivery {
                    Some(Ok(delivery)) => desk.take(delivery, &session),
                    Some(Err(error)) => break Err(error.into()),
                    None => break Err(BrokerError::Cancelled),
                },
                () = desk.changed() => {}
                _ = look.tick() => hand_back(desk.take_older(AT_HAND_MAX)).await,
            }
        };
        session_source.stop();
        // Not begun: with a connection that broke they are gone already.
        let not_begun = desk.take_older(Duration::ZERO);
        if outcome.is_ok() {
            let begun = Instant::now();
            let ending = async {
                let _ = channel.basic_cancel(consumer.tag(), BasicCancelOptions::default()).await;
                hand_back(not_begun).await;
            };
            let _ = tokio::time::timeout(HAND_BACK, ending).await;
            desk.end(stop.grace().saturating_sub(begun.elapsed())).await;
        }
        let _ = tokio::time::timeout(HAND_BACK, channel.close(200, "done".into())).await;
        outcome
    }

    async fn subscribe(
        &self,
        channel: &Channel,
        queue: Queue,
        concurrency: u16,
    ) -> Result<Consumer, BrokerError> {
        let at_hand = concurrency.saturating_mul(AT_HAND_EACH);
        within(channel.basic_qos(at_hand, BasicQosOptions::default())).await?;
        let name = topology::queue_name(self.namespace(), queue);
        let options = BasicConsumeOptions::default();
        // An empty tag: the broker makes one up.
        within(channel.basic_consume(name, "".into(), options, FieldTable::default())).await
    }
}

/// Without a verdict: another process may have a worker free.
async fn hand_back(deliveries: Vec<Delivery>) {
    for delivery in deliveries {
        let requeue = BasicNackOptions { multiple: false, requeue: true };
        if let Err(error) = delivery.nack(requeue).await {
            tracing::debug!(%error, "a message goes back with the connection");
        }
    }
}
