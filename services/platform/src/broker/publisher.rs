//! Publishing: a message is out when the broker confirmed it and did not return it.

use lapin::options::{BasicPublishOptions, ConfirmSelectOptions};
use lapin::types::FieldTable;
use lapin::{BasicProperties, Channel, Confirmation, PublisherConfirm};
use std::time::Duration;
use tokio::sync::Mutex;

use super::connection::{passive, within};
use super::{Broker, BrokerError, Queue, Work, topology};

/// For the confirms of a whole batch.
const CONFIRM_TIMEOUT: Duration = Duration::from_secs(30);

/// Survives a restart of the broker.
const PERSISTENT: u8 = 2;

/// Publishes with confirms, on a channel that is made again when it broke.
pub struct Publisher {
    broker: Broker,
    channel: Mutex<Option<Channel>>,
}

impl Publisher {
    pub(super) fn new(broker: Broker) -> Self {
        Self { broker, channel: Mutex::new(None) }
    }

    /// Publishes one message and waits for its confirm.
    pub async fn publish(&self, work: &Work) -> Result<(), BrokerError> {
        self.publish_all(std::slice::from_ref(work)).await.pop().unwrap_or(Err(BrokerError::Timeout))
    }

    /// Publishes messages one after the other and then waits for all confirms: the outcome of each, in their order.
    ///
    /// A message without a confirm may be out all the same; to publish it again is harmless.
    pub async fn publish_all(&self, works: &[Work]) -> Vec<Result<(), BrokerError>> {
        let mut slot = self.channel.lock().await;
        let deadline = tokio::time::Instant::now() + CONFIRM_TIMEOUT;
        let mut confirms = Vec::with_capacity(works.len());
        for work in works {
            let sent = tokio::time::timeout_at(deadline, self.send(&mut slot, work)).await;
            confirms.push(sent.unwrap_or(Err(BrokerError::Timeout)));
        }
        let mut outcomes = Vec::with_capacity(works.len());
        for confirm in confirms {
            let outcome = match confirm {
                Ok(confirm) => tokio::time::timeout_at(deadline, confirm)
                    .await
                    .map_err(|_| BrokerError::Timeout)
                    .and_then(|confirmation| verdict(&confirmation?)),
                Err(error) => Err(error),
            };
            outcomes.push(outcome);
        }
        if outcomes.iter().any(|outcome| matches!(outcome, Err(e) if breaks_channel(e))) {
            *slot = None;
        }
        outcomes
    }

    /// How many messages of a queue wait for a consumer to take them.
    pub async fn ready(&self, queue: Queue) -> Result<u32, BrokerError> {
        let mut slot = self.channel.lock().await;
        let channel = self.usable(&mut slot).await?;
        let name = topology::queue_name(self.broker.namespace(), queue);
        let asked = within(channel.queue_declare(name, passive(), FieldTable::default())).await;
        if asked.is_err() {
            // A queue that is gone ends the channel that asks for it; a new one declares it again.
            *slot = None;
        }
        Ok(asked?.message_count())
    }

    async fn send(&self, slot: &mut Option<Channel>, work: &Work) -> Result<PublisherConfirm, BrokerError> {
        let body = serde_json::to_vec(work)?;
        let channel = self.usable(slot).await?;
        let exchange = topology::exchange(self.broker.namespace());
        // Mandatory: without it a message for a queue that is gone would be confirmed and lost.
        let options = BasicPublishOptions { mandatory: true, ..BasicPublishOptions::default() };
        let properties = BasicProperties::default()
            .with_delivery_mode(PERSISTENT)
            .with_content_type("application/json".into());
        Ok(channel.basic_publish(exchange, work.queue().as_str().into(), options, &body, properties).await?)
    }

    async fn usable<'s>(&self, slot: &'s mut Option<Channel>) -> Result<&'s Channel, BrokerError> {
        let usable = slot.take().filter(|channel| channel.status().connected());
        let channel = match usable {
            Some(channel) => channel,
            None => self.confirming_channel().await?,
        };
        Ok(slot.insert(channel))
    }

    async fn confirming_channel(&self) -> Result<Channel, BrokerError> {
        let channel = self.broker.channel().await?;
        within(channel.confirm_select(ConfirmSelectOptions::default())).await?;
        Ok(channel)
    }
}

/// An ack alone says little: a message that no queue takes is returned, and acked as well.
fn verdict(confirmation: &Confirmation) -> Result<(), BrokerError> {
    match confirmation {
        Confirmation::Ack(None) => Ok(()),
        Confirmation::Ack(Some(_)) => Err(BrokerError::Returned),
        Confirmation::Nack(_) | Confirmation::NotRequested => Err(BrokerError::Refused),
    }
}

/// A returned message means that queues are gone: a new channel declares them again.
const fn breaks_channel(error: &BrokerError) -> bool {
    match error {
        BrokerError::Unavailable(_)
        | BrokerError::Tls(_)
        | BrokerError::Url
        | BrokerError::Timeout
        | BrokerError::Returned
        | BrokerError::Cancelled => true,
        BrokerError::Refused | BrokerError::Unreadable(_) | BrokerError::Queue(_) => false,
    }
}
