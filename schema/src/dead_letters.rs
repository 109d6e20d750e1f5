//! Dead letters: messages that were given up, with the reason.

mod read;
mod undo;

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types as sql;
use serde_json::Value;
use uuid::Uuid;

pub use self::read::{DeadLetter, LetterFilter, OpenLetters, find, given_up, list, open};
pub use self::undo::{undo_unit, undo_upload};
use crate::Tx;
use crate::schema::dead_letters;
use crate::types::LetterState;

/// For a person to read, not a log.
const REASON_CHARS_MAX: usize = 2000;
/// Enough to see what it might have been.
const RAW_BYTES_MAX: usize = 4096;

/// What a dead letter says.
#[derive(Debug, Clone, Copy)]
pub enum Content<'a> {
    /// A message as the outbox had it.
    Message(&'a Value),
    /// What nobody can read; its first bytes are kept.
    Raw(&'a [u8]),
}

/// A message that is given up.
#[derive(Debug)]
#[expect(missing_docs, reason = "the columns of dead_letters, described in the migration")]
pub struct Burial<'a> {
    pub queue: &'a str,
    pub key: &'a str,
    pub content: Content<'a>,
    pub reason: &'a str,
    pub attempts: i32,
    pub first_failed_at: DateTime<Utc>,
    pub last_failed_at: DateTime<Utc>,
}

/// Adds a dead letter of the transaction's organization, or adds to the open one about the same: what was given another
/// chance in vain does not make a second.
pub fn bury(tx: &mut Tx<'_>, burial: &Burial<'_>) -> QueryResult<Uuid> {
    #[derive(QueryableByName)]
    struct Buried {
        #[diesel(sql_type = sql::Uuid)]
        id: Uuid,
    }
    let reason: String = burial.reason.chars().take(REASON_CHARS_MAX).collect();
    let (message, raw) = match burial.content {
        Content::Message(message) => (Some(message), None),
        Content::Raw(raw) => (None, Some(&raw[..raw.len().min(RAW_BYTES_MAX)])),
    };
    let buried: Buried = diesel::sql_query(include_str!("dead_letters/bury.sql"))
        .bind::<sql::Uuid, _>(tx.organization()?)
        .bind::<sql::Uuid, _>(Uuid::now_v7())
        .bind::<sql::Text, _>(burial.queue)
        .bind::<sql::Text, _>(burial.key)
        .bind::<sql::Nullable<sql::Jsonb>, _>(message)
        .bind::<sql::Nullable<sql::Binary>, _>(raw)
        .bind::<sql::Text, _>(reason)
        .bind::<sql::Integer, _>(burial.attempts)
        .bind::<sql::Timestamptz, _>(burial.first_failed_at)
        .bind::<sql::Timestamptz, _>(burial.last_failed_at)
        .get_result(tx.conn())?;
    Ok(buried.id)
}

/// Ends the open dead letter about a message that has succeeded after all, if there is one.
pub fn resolve(tx: &mut Tx<'_>, queue: &str, key: &str, machine_now: DateTime<Utc>) -> QueryResult<bool> {
    let resolved = diesel::update(dead_letters::table)
        .filter(dead_letters::organization_id.eq(tx.organization()?))
        .filter(dead_letters::queue.eq(queue))
        .filter(dead_letters::key.eq(key))
        .filter(dead_letters::state.eq(LetterState::Open))
        .set((dead_letters::state.eq(LetterState::Resolved), dead_letters::ended_at.eq(machine_now)))
        .execute(tx.conn())?;
    Ok(resolved > 0)
}

/// How a person ended a dead letter.
#[derive(Debug)]
pub struct End<'a> {
    /// Replayed or dropped.
    pub state: LetterState,
    /// By the machine's clock.
    pub at: DateTime<Utc>,
    /// As the audit names the actor.
    pub by: &'a str,
    /// Why.
    pub reason: Option<&'a str>,
}

/// Ends a dead letter of the transaction's organization; false when it is not open any more.
pub fn end(tx: &mut Tx<'_>, id: Uuid, end: &End<'_>) -> QueryResult<bool> {
    let letter = dead_letters::table.find((tx.organization()?, id));
    let ended = diesel::update(letter.filter(dead_letters::state.eq(LetterState::Open)))
        .set((
            dead_letters::state.eq(end.state),
            dead_letters::ended_at.eq(end.at),
            dead_letters::ended_by.eq(end.by),
            dead_letters::ended_reason.eq(end.reason),
        ))
        .execute(tx.conn())?;
    Ok(ended == 1)
}
