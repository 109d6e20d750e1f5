//! The broker: queues, messages, publishing with confirms, consuming with a verdict on each message.
//!
//! Nothing else names a queue or an exchange. A message carries ids and never payloads.

mod backoff;
mod connection;
mod consumer;
mod error;
mod publisher;
mod settle;
mod tls;
mod topology;
mod work;

pub use self::connection::Broker;
pub use self::error::BrokerError;
pub use self::publisher::Publisher;
pub use self::settle::Disposition;
pub use self::work::{Queue, Work};
