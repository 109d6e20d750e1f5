//! What the broker put aside: messages that nobody could read, and those that came back without a verdict too often.

use futures_util::StreamExt;
use lapin::message::Delivery;
use lapin::options::{BasicAckOptions, BasicConsumeOptions, BasicNackOptions, BasicQosOptions};
use lapin::types::{AMQPValue, FieldTable};

use super::backoff::Backoff;
use super::connection::within;
use super::{Broker, BrokerError, Queue, Work, topology};
use crate::stop::Stop;

/// A message that was put aside.
#[derive(Debug, Clone)]
pub struct Dead {
    /// Where it was put aside; none when that is no queue of ours.
    pub queue: Option<Queue>,
    /// Why, in the broker's words: `delivery_limit`, or `rejected` by who could not read it.
    pub cause: String,
    /// What it asks for.
    pub work: Result<Work, Unreadable>,
}

/// A message that is none of ours.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unreadable {
    /// As it came.
    pub body: Vec<u8>,
    /// Why it cannot be read.
    pub error: String,
}

impl Broker {
    /// Hands one message after the other that was put aside to `keep`, until the stop. A message leaves the broker when
    /// `keep` says that it is kept elsewhere; until then it is held and tried again.
    pub async fn collect_dead<H, F>(&self, mut stop: Stop, keep: H)
    where
        H: Fn(Dead) -> F + Send + Sync,
        F: Future<Output = bool> + Send,
    {
        let mut backoff = Backoff::default();
        while !stop.is_stopped() {
            match self.collect_once(&mut stop, &keep, &mut backoff).await {
                Ok(()) => return,
                Err(error) => tracing::warn!(%error, "collecting dead messages ended, will begin anew"),
            }
            stop.sleep(backoff.next()).await;
        }
    }

    /// One connection's worth of collecting: without an error only by the stop.
    async fn collect_once<H, F>(
        &self,
        stop: &mut Stop,
        keep: &H,
        backoff: &mut Backoff,
    ) -> Result<(), BrokerError>
    where
        H: Fn(Dead) -> F + Send + Sync,
        F: Future<Output = bool> + Send,
    {
        let channel = self.channel().await?;
        within(channel.basic_qos(1, BasicQosOptions::default())).await?;
        let name = topology::dead_name(self.namespace());
        let options = BasicConsumeOptions::default();
        let consume = channel.basic_consume(name, "".into(), options, FieldTable::default());
        let mut consumer = within(consume).await?;
        *backoff = Backoff::default();
        loop {
            let delivery = tokio::select! {
                () = stop.stopped() => break,
                delivery = consumer.next() => delivery.ok_or(BrokerError::Cancelled)??,
            };
            if self.is_kept(&delivery, keep, stop).await {
                within(delivery.ack(BasicAckOptions::default())).await?;
            } else {
                let back = BasicNackOptions { multiple: false, requeue: true };
                within(delivery.nack(back)).await?;
            }
        }
        let _ = within(channel.close(200, "done".into())).await;
        Ok(())
    }

    /// False only when the stop came first.
    async fn is_kept<H, F>(&self, delivery: &Delivery, keep: &H, stop: &mut Stop) -> bool
    where
        H: Fn(Dead) -> F + Send + Sync,
        F: Future<Output = bool> + Send,
    {
        let dead = self.dead(delivery);
        let mut backoff = Backoff::default();
        loop {
            if keep(dead.clone()).await {
                return true;
            }
            if stop.sleep(backoff.next()).await {
                return false;
            }
        }
    }

    fn dead(&self, delivery: &Delivery) -> Dead {
        let text = |name: &str| match delivery.properties.headers().as_ref()?.inner().get(name)? {
            AMQPValue::LongString(text) => Some(text.to_string()),
            AMQPValue::ShortString(text) => Some(text.to_string()),
            _ => None,
        };
        let full_name = text("x-first-death-queue").unwrap_or_default();
        let within_namespace =
            full_name.strip_prefix(self.namespace()).and_then(|name| name.strip_prefix('.'));
        Dead {
            queue: within_namespace.and_then(|name| name.parse().ok()),
            cause: text("x-first-death-reason").unwrap_or_else(|| "unknown".to_owned()),
            work: serde_json::from_slice(&delivery.data)
                .map_err(|error| Unreadable { body: delivery.data.clone(), error: error.to_string() }),
        }
    }
}
