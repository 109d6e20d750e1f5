//! The exchange and the queues of a namespace.

use lapin::options::{ExchangeDeclareOptions, QueueBindOptions, QueueDeclareOptions};
use lapin::types::{AMQPValue, FieldTable, ShortString};
use lapin::{Channel, ExchangeKind};

use super::Queue;

/// A message that was handed out so often is put aside, whatever its consumers think of it. Far beyond the attempts
/// that they count themselves: those end at the message's own failures, while this counts restarts and broken
/// connections, too, also of messages that were only waiting their turn.
const DELIVERY_LIMIT: i32 = 50;

/// Where messages are put aside that nobody can read, or that came back too often. The collector empties it: what it
/// finds goes back to work, or becomes a dead letter in the database.
const DEAD: &str = "dead";

/// The exchange of a namespace has its name.
pub(super) fn exchange(namespace: &str) -> ShortString {
    namespace.into()
}

pub(super) fn queue_name(namespace: &str, queue: Queue) -> ShortString {
    format!("{namespace}.{}", queue.as_str()).into()
}

pub(super) fn dead_name(namespace: &str) -> ShortString {
    format!("{namespace}.{DEAD}").into()
}

/// All queues of a namespace: (name within it, full name).
pub(super) fn all_names(namespace: &str) -> Vec<(&'static str, ShortString)> {
    let mut names: Vec<_> =
        Queue::ALL.iter().map(|queue| (queue.as_str(), queue_name(namespace, *queue))).collect();
    names.push((DEAD, dead_name(namespace)));
    names
}

/// Declares everything; what is there already, stays.
pub(super) async fn declare(channel: &Channel, namespace: &str) -> lapin::Result<()> {
    let exchange = exchange(namespace);
    let durable = ExchangeDeclareOptions { durable: true, ..ExchangeDeclareOptions::default() };
    channel.exchange_declare(exchange.clone(), ExchangeKind::Direct, durable, FieldTable::default()).await?;
    for (key, name) in all_names(namespace) {
        let arguments = if key == DEAD { replicated() } else { with_dead_letters(namespace) };
        channel.queue_declare(name.clone(), QueueDeclareOptions::durable(), arguments).await?;
        let options = QueueBindOptions::default();
        channel.queue_bind(name, exchange.clone(), key.into(), options, FieldTable::default()).await?;
    }
    Ok(())
}

fn replicated() -> FieldTable {
    let mut arguments = FieldTable::default();
    arguments.insert("x-queue-type".into(), text("quorum"));
    arguments
}

/// At-least-once dead-lettering keeps a message until the dead letters have it; it needs `reject-publish`.
fn with_dead_letters(namespace: &str) -> FieldTable {
    let mut arguments = replicated();
    arguments.insert("x-delivery-limit".into(), AMQPValue::LongInt(DELIVERY_LIMIT));
    arguments.insert("x-dead-letter-exchange".into(), text(namespace));
    arguments.insert("x-dead-letter-routing-key".into(), text(DEAD));
    arguments.insert("x-dead-letter-strategy".into(), text("at-least-once"));
    arguments.insert("x-overflow".into(), text("reject-publish"));
    arguments
}

fn text(value: &str) -> AMQPValue {
    AMQPValue::LongString(value.into())
}
