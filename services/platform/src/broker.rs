//! The broker: queues, messages, publishing with confirms, consuming with a verdict on each message.
//!
//! Nothing else names a queue or an exchange. A message carries ids and never payloads.

mod backoff;
mod connection;
mod consumer;
mod dead;
mod desk;
mod error;
mod publisher;
mod settle;
mod tls;
mod topology;
mod turns;
mod work;

pub use self::connection::Broker;
pub use self::dead::{Dead, Unreadable};
pub use self::error::BrokerError;
pub use self::publisher::Publisher;
pub use self::settle::{Disposition, Message};
pub use self::work::{Queue, Work};
