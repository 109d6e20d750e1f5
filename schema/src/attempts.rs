//! How often a message failed by its own doing. A broker's or a database's absence does not count.

use chrono::{DateTime, Utc};
use diesel::prelude::*;

use crate::Tx;
use crate::schema::work_attempts as attempts;

/// The stored reason is for a person to read, not a log.
const ERROR_CHARS_MAX: usize = 2000;

/// Counts a failure of the message (queue, key) and returns the count.
pub fn record_failure(
    tx: &mut Tx<'_>,
    queue: &str,
    key: &str,
    error: &str,
    machine_now: DateTime<Utc>,
) -> QueryResult<i32> {
    let error: String = error.chars().take(ERROR_CHARS_MAX).collect();
    diesel::insert_into(attempts::table)
        .values((
            attempts::organization_id.eq(tx.organization()?),
            attempts::queue.eq(queue),
            attempts::key.eq(key),
            attempts::attempts.eq(1),
            attempts::last_error.eq(&error),
            attempts::last_at.eq(machine_now),
        ))
        .on_conflict((attempts::organization_id, attempts::queue, attempts::key))
        .do_update()
        .set((
            attempts::attempts.eq(attempts::attempts + 1),
            attempts::last_error.eq(&error),
            attempts::last_at.eq(machine_now),
        ))
        .returning(attempts::attempts)
        .get_result(tx.conn())
}

/// Forgets the failures of a message that succeeded or went to the dead letters.
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
