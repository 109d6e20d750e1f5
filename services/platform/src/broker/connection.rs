//! One connection a process, made when it is needed and again when it broke.

use lapin::options::{ExchangeDeleteOptions, QueueDeclareOptions, QueueDeleteOptions};
use lapin::types::FieldTable;
use lapin::uri::{AMQPScheme, AMQPUri};
use lapin::{Channel, Connection, ConnectionProperties};
use secrecy::ExposeSecret;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Mutex;

use super::{BrokerError, Publisher, tls, topology};
use crate::config::BrokerSettings;
use crate::tls::client_config;

/// For a connection, and for each answer of the broker that is not a confirm.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(10);

/// The broker, in one namespace. Cheap to clone.
#[derive(Clone)]
pub struct Broker(Arc<Inner>);

struct Inner {
    settings: BrokerSettings,
    name: String,
    connection: Mutex<Option<Connection>>,
}

impl Broker {
    /// Connects when it is first used; `name` is what the broker shows of the connection.
    pub fn new(settings: BrokerSettings, name: &str) -> Self {
        Self(Arc::new(Inner { settings, name: name.to_owned(), connection: Mutex::new(None) }))
    }

    /// Declares exchange and queues. Consumers and publishers do so by themselves.
    pub async fn declare(&self) -> Result<(), BrokerError> {
        self.channel().await.map(drop)
    }

    /// Publishes with confirms on a channel of its own.
    pub fn publisher(&self) -> Publisher {
        Publisher::new(self.clone())
    }

    /// Whether messages can be taken and handed out.
    pub async fn healthy(&self) -> Result<(), BrokerError> {
        let channel = self.bare_channel().await?;
        let (_, queue) = &topology::all_names(self.namespace())[0];
        within(channel.queue_declare(queue.clone(), passive(), FieldTable::default())).await.map(drop)
    }

    /// How many messages are ready in each queue, by its name within the namespace; `dead` are the dead letters.
    pub async fn depths(&self) -> Result<BTreeMap<&'static str, u32>, BrokerError> {
        let channel = self.channel().await?;
        let mut depths = BTreeMap::new();
        for (key, name) in topology::all_names(self.namespace()) {
            let queue = within(channel.queue_declare(name, passive(), FieldTable::default())).await?;
            depths.insert(key, queue.message_count());
        }
        Ok(depths)
    }

    /// Deletes the queues of the namespace with all that is in them, and its exchange: after a test.
    pub async fn delete_namespace(&self) -> Result<(), BrokerError> {
        let channel = self.bare_channel().await?;
        let options = ExchangeDeleteOptions::default();
        for (_, name) in topology::all_names(self.namespace()) {
            within(channel.queue_delete(name, QueueDeleteOptions::default())).await?;
        }
        within(channel.exchange_delete(topology::exchange(self.namespace()), options)).await
    }

    pub(super) fn namespace(&self) -> &str {
        &self.0.settings.namespace
    }

    /// A new channel on which exchange and queues have been declared.
    pub(super) async fn channel(&self) -> Result<Channel, BrokerError> {
        let channel = self.bare_channel().await?;
        within(topology::declare(&channel, self.namespace())).await?;
        Ok(channel)
    }

    async fn bare_channel(&self) -> Result<Channel, BrokerError> {
        let mut connection = self.0.connection.lock().await;
        if let Some(connected) = connection.as_ref().filter(|connection| connection.status().connected()) {
            match within(connected.create_channel()).await {
                Ok(channel) => return Ok(channel),
                Err(error) => tracing::debug!(%error, "the broker's connection is of no use any more"),
            }
        }
        // Whatever is left of the old one is dropped before there is a new one.
        *connection = None;
        let connected = connection.insert(self.connect().await?);
        within(connected.create_channel()).await
    }

    async fn connect(&self) -> Result<Connection, BrokerError> {
        let settings = &self.0.settings;
        let properties = ConnectionProperties::default().with_connection_name(self.0.name.as_str().into());
        // What the parser says may have a part of the URL, such as the password.
        let mut uri: AMQPUri = settings.url.expose_secret().parse().map_err(|_| BrokerError::Url)?;
        uri.query.heartbeat.get_or_insert(settings.heartbeat_seconds);
        match uri.scheme {
            AMQPScheme::AMQP => within(Connection::connect_uri(uri, properties)).await,
            AMQPScheme::AMQPS => {
                let config = client_config(settings.authorities.as_deref())?;
                // Boxed, as lapin's own is: who waits for a connection once need not hold room for it for ever.
                within(Box::pin(tls::connect(uri, properties, config))).await
            }
        }
    }
}

/// Asks for a queue without making it.
pub(super) fn passive() -> QueueDeclareOptions {
    QueueDeclareOptions { passive: true, ..QueueDeclareOptions::durable() }
}

/// An answer of the broker, or a time-out.
pub(super) async fn within<T>(answer: impl Future<Output = lapin::Result<T>>) -> Result<T, BrokerError> {
    let answer = tokio::time::timeout(ANSWER_TIMEOUT, answer).await;
    Ok(answer.map_err(|_| BrokerError::Timeout)??)
}
