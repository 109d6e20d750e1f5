//! Messages in the outbox that nobody can read, which a newer version wrote that is gone, or somebody's hand.

use chrono::TimeDelta;
use platform::db::DbError;
use schema::dead_letters::{self, Burial, Content};
use schema::outbox::LeasedMessage;
use schema::{Scope, Tx};

use super::Relay;

/// A message, and what is wrong with it.
pub struct Unreadable {
    pub message: LeasedMessage,
    pub error: String,
}

impl Unreadable {
    /// Whether it has waited for longer than anything should, so that no relay of another version takes it.
    pub fn is_overdue(&self, relay: &Relay) -> bool {
        let age_max = TimeDelta::from_std(relay.age_max).unwrap_or(TimeDelta::MAX);
        relay.clock.machine_now() - self.message.created_at > age_max
    }

    /// Makes a dead letter of its organization's of it, and returns its id, by which it leaves the outbox. Burying it
    /// again, as when the process died in between, adds to the same letter.
    pub async fn bury(self, relay: &Relay) -> Result<i64, DbError> {
        let Self { message, error } = self;
        let machine_now = relay.clock.machine_now();
        let scope = Scope::Organization(message.organization_id);
        let (id, queue, reason) = (message.id, message.queue.clone(), format!("it cannot be read: {error}"));
        tracing::error!(id, queue, reason, "a message in the outbox is given up: it is a dead letter");
        let bury = move |tx: &mut Tx<'_>| {
            let (key, body) = (format!("outbox-{id}"), message.body.to_string());
            let burial = Burial {
                queue: &message.queue,
                key: &key,
                content: Content::Raw(body.as_bytes()),
                reason: &reason,
                attempts: 1,
                first_failed_at: message.created_at,
                last_failed_at: machine_now,
            };
            Ok::<_, DbError>(dead_letters::bury(tx, &burial)?)
        };
        relay.db.run(scope, bury).await?;
        metrics::counter!("dead_letters_total", "queue" => queue).increment(1);
        Ok(id)
    }
}
