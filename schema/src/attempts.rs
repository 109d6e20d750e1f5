//! How a message fared that has not succeeded yet. A broker's or a database's absence does not count.

use chrono::{DateTime, Utc};
use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::sql_types as sql;

use crate::Tx;
use crate::schema::work_attempts as attempts;

/// The stored reason is for a person to read, not a log.
const ERROR_CHARS_MAX: usize = 2000;

/// What happened to an attempt.
#[derive(Debug, Clone, Copy)]
pub enum Trouble<'a> {
    /// It failed by the message's own doing.
    Failed(&'a str),
    /// The database broke it off.
    Hindered(&'a str),
    /// It begins, after one that ended without a verdict.
    BegunAgain,
}

/// The attempts of a message (queue, key).
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, QueryableByName)]
#[diesel(table_name = attempts, check_for_backend(Pg))]
#[expect(missing_docs, reason = "the columns of work_attempts, described in the migration")]
pub struct Attempts {
    pub attempts: i32,
    pub begun: i32,
    pub hindered: i32,
    pub last_error: Option<String>,
    pub first_at: DateTime<Utc>,
    pub last_at: DateTime<Utc>,
}

impl Attempts {
    /// All that were made and came to nothing, as far as they are known.
    pub const fn total(&self) -> i32 {
        self.attempts.saturating_add(self.hindered).saturating_add(self.begun)
    }
}

/// Counts what happened to an attempt of the message and returns all that is counted.
pub fn record(
    tx: &mut Tx<'_>,
    (queue, key): (&str, &str),
    trouble: Trouble<'_>,
    machine_now: DateTime<Utc>,
) -> QueryResult<Attempts> {
    let (failed, hindered, begun, error) = match trouble {
        Trouble::Failed(error) => (1, 0, 0, Some(error)),
        Trouble::Hindered(error) => (0, 1, 0, Some(error)),
        Trouble::BegunAgain => (0, 0, 1, None),
    };
    let error: Option<String> = error.map(|error| error.chars().take(ERROR_CHARS_MAX).collect());
    diesel::sql_query(include_str!("attempts/record.sql"))
        .bind::<sql::Uuid, _>(tx.organization()?)
        .bind::<sql::Text, _>(queue)
        .bind::<sql::Text, _>(key)
        .bind::<sql::Integer, _>(failed)
        .bind::<sql::Integer, _>(hindered)
        .bind::<sql::Integer, _>(begun)
        .bind::<sql::Nullable<sql::Text>, _>(error)
        .bind::<sql::Timestamptz, _>(machine_now)
        .get_result(tx.conn())
}

/// What is counted of a message.
pub fn find(tx: &mut Tx<'_>, queue: &str, key: &str) -> QueryResult<Option<Attempts>> {
    let id = (tx.organization()?, queue, key);
    attempts::table.find(id).select(Attempts::as_select()).first(tx.conn()).optional()
}

/// An attempt came to an end, if not to success: no process died of it.
pub fn end(tx: &mut Tx<'_>, queue: &str, key: &str) -> QueryResult<()> {
    let id = (tx.organization()?, queue, key);
    diesel::update(attempts::table.find(id)).set(attempts::begun.eq(0)).execute(tx.conn())?;
    Ok(())
}

/// Forgets the attempts of a message that succeeded, was given up, or is to begin afresh.
pub fn clear(tx: &mut Tx<'_>, queue: &str, key: &str) -> QueryResult<()> {
    let organization_id = tx.organization()?;
    diesel::delete(attempts::table.find((organization_id, queue, key))).execute(tx.conn())?;
    Ok(())
}

/// The keys of a queue's messages that have failed at least `attempts_max` times.
pub fn exhausted(tx: &mut Tx<'_>, queue: &str, attempts_max: i32) -> QueryResult<Vec<String>> {
    attempts::table
        .filter(attempts::organization_id.eq(tx.organization()?))
        .filter(attempts::queue.eq(queue))
        .filter(attempts::attempts.ge(attempts_max))
        .select(attempts::key)
        .load(tx.conn())
}
