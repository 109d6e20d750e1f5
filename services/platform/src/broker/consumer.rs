//! Consuming: a handler gives a verdict on each message, and the loop outlives broken connections.

use futures_util::StreamExt;
use lapin::options::{BasicCancelOptions, BasicConsumeOptions, BasicQosOptions};
use lapin::types::FieldTable;
use lapin::{Channel, Consumer};
use std::time::Duration;
use tokio::task::JoinSet;

use super::backoff::Backoff;
use super::connection::within;
use super::settle::{Disposition, settle};
use super::{Broker, BrokerError, Queue, Work, topology};
use crate::stop::{self, Stop};

/// For handlers at work to end, when the loop stops or the connection broke.
const GRACE: Duration = Duration::from_secs(30);

impl Broker {
    /// Hands messages of a queue to `handler`, `concurrency` at a time, until the stop. Returns when the
    /// handlers at work have ended, or after 30 seconds.
    pub async fn consume<H, F>(&self, queue: Queue, concurrency: u16, mut stop: Stop, handler: H)
    where
        H: Fn(Work) -> F + Clone + Send + Sync + 'static,
        F: Future<Output = Disposition> + Send + 'static,
    {
        let mut backoff = Backoff::default();
        while !stop.is_stopped() {
            match self.consume_once(queue, concurrency, &mut stop, &handler, &mut backoff).await {
                Ok(()) => return,
                Err(error) => {
                    tracing::warn!(queue = queue.as_str(), %error, "consuming ended, will begin anew");
                }
            }
            stop.sleep(backoff.next()).await;
        }
    }

    /// One connection's worth of consuming: without an error only by the stop.
    async fn consume_once<H, F>(
        &self,
        queue: Queue,
        concurrency: u16,
        stop: &mut Stop,
        handler: &H,
        backoff: &mut Backoff,
    ) -> Result<(), BrokerError>
    where
        H: Fn(Work) -> F + Clone + Send + Sync + 'static,
        F: Future<Output = Disposition> + Send + 'static,
    {
        let channel = self.channel().await?;
        let mut consumer = self.subscribe(&channel, queue, concurrency).await?;
        tracing::info!(queue = queue.as_str(), concurrency, "consuming");
        *backoff = Backoff::default();
        // Whoever holds a message lets go of it when this session ends, for whatever reason.
        let (session_source, session) = stop::pair();
        let mut tasks = JoinSet::new();
        let outcome = loop {
            tokio::select! {
                () = stop.stopped() => break Ok(()),
                delivery = consumer.next() => match delivery {
                    Some(Ok(delivery)) => {
                        tasks.spawn(settle(delivery, queue, handler.clone(), session.clone()));
                    }
                    Some(Err(error)) => break Err(error.into()),
                    None => break Err(BrokerError::Cancelled),
                },
                Some(_) = tasks.join_next(), if !tasks.is_empty() => {}
            }
        };
        session_source.stop();
        if outcome.is_ok() {
            // Nothing new; what is delivered and not begun goes back with the channel.
            let _ = within(channel.basic_cancel(consumer.tag(), BasicCancelOptions::default())).await;
        }
        if tokio::time::timeout(GRACE, async { while tasks.join_next().await.is_some() {} }).await.is_err() {
            tracing::warn!(queue = queue.as_str(), left = tasks.len(), "handlers did not end in time");
        }
        let _ = within(channel.close(200, "done".into())).await;
        outcome
    }

    async fn subscribe(
        &self,
        channel: &Channel,
        queue: Queue,
        concurrency: u16,
    ) -> Result<Consumer, BrokerError> {
        within(channel.basic_qos(concurrency, BasicQosOptions::default())).await?;
        let name = topology::queue_name(self.namespace(), queue);
        let options = BasicConsumeOptions::default();
        // An empty tag: the broker makes one up.
        within(channel.basic_consume(name, "".into(), options, FieldTable::default())).await
    }
}
