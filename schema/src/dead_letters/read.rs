//! Dead letters as the operator reads them.

use chrono::{DateTime, Utc};
use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::sql_types as sql;
use serde_json::Value;
use uuid::Uuid;

use crate::Tx;
use crate::schema::dead_letters;
use crate::types::LetterState;

/// A dead letter.
#[derive(Debug, Clone, PartialEq, Queryable, Selectable)]
#[diesel(table_name = dead_letters, check_for_backend(Pg))]
#[expect(missing_docs, reason = "the columns of dead_letters, described in the migration")]
pub struct DeadLetter {
    pub organization_id: Uuid,
    pub id: Uuid,
    pub queue: String,
    pub key: String,
    pub message: Option<Value>,
    pub raw: Option<Vec<u8>>,
    pub reason: String,
    pub attempts: i32,
    pub first_failed_at: DateTime<Utc>,
    pub last_failed_at: DateTime<Utc>,
    pub state: LetterState,
    pub ended_at: Option<DateTime<Utc>>,
    pub ended_by: Option<String>,
    pub ended_reason: Option<String>,
}

/// What narrows a list of dead letters.
#[derive(Debug, Default, Clone)]
pub struct LetterFilter {
    /// Only of this queue.
    pub queue: Option<String>,
    /// Only in this state.
    pub state: Option<LetterState>,
    /// Where the page before this one ended.
    pub after: Option<Uuid>,
}

/// The open dead letters of a queue.
#[derive(Debug, Clone, PartialEq, Eq, QueryableByName)]
pub struct OpenLetters {
    /// The queue's name within the namespace.
    #[diesel(sql_type = sql::Text)]
    pub queue: String,
    /// How many.
    #[diesel(sql_type = sql::BigInt)]
    pub letters: i64,
    /// When the one that failed last the longest ago failed last.
    #[diesel(sql_type = sql::Timestamptz)]
    pub oldest: DateTime<Utc>,
}

/// One in scope.
pub fn find(tx: &mut Tx<'_>, id: Uuid) -> QueryResult<Option<DeadLetter>> {
    dead_letters::table
        .filter(dead_letters::organization_id.eq_any(tx.organizations()))
        .filter(dead_letters::id.eq(id))
        .select(DeadLetter::as_select())
        .first(tx.conn())
        .optional()
}

/// Those in scope, newest first.
pub fn list(tx: &mut Tx<'_>, filter: &LetterFilter, limit: i64) -> QueryResult<Vec<DeadLetter>> {
    let mut query = dead_letters::table
        .filter(dead_letters::organization_id.eq_any(tx.organizations()))
        .filter(dead_letters::id.lt(filter.after.unwrap_or(Uuid::max())))
        .order((dead_letters::id.desc(), dead_letters::organization_id))
        .limit(limit)
        .select(DeadLetter::as_select())
        .into_boxed();
    if let Some(queue) = &filter.queue {
        query = query.filter(dead_letters::queue.eq(queue));
    }
    if let Some(state) = filter.state {
        query = query.filter(dead_letters::state.eq(state));
    }
    query.load(tx.conn())
}

/// The keys of a queue's messages that nobody works on: given up, and neither replayed nor resolved since.
pub fn given_up(tx: &mut Tx<'_>, queue: &str) -> QueryResult<Vec<String>> {
    dead_letters::table
        .filter(dead_letters::organization_id.eq(tx.organization()?))
        .filter(dead_letters::queue.eq(queue))
        .filter(dead_letters::state.eq_any([LetterState::Open, LetterState::Dropped]))
        .select(dead_letters::key)
        .load(tx.conn())
}

/// How many are open over all tenants, by queue. Counts only.
pub fn open(tx: &mut Tx<'_>) -> QueryResult<Vec<OpenLetters>> {
    diesel::sql_query("SELECT queue, letters, oldest FROM open_dead_letters() ORDER BY queue")
        .load(tx.machinery()?)
}
