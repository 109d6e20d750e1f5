//! First answers to creating POSTs that carried an `Idempotency-Key`.

use chrono::{DateTime, Utc};
use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::sql_types::Text;
use serde_json::Value;

use crate::Tx;
use crate::schema::idempotency_keys as keys;

/// The answer that the first request with a key got.
#[derive(Debug, Clone, PartialEq, Queryable, Selectable)]
#[diesel(table_name = keys, check_for_backend(Pg))]
pub struct FirstAnswer {
    /// Another body under the same key is refused.
    pub body_sha256: Vec<u8>,
    /// HTTP status.
    pub status: i16,
    /// The body, without any secret that it carried.
    pub answer: Value,
}

/// Finds the first answer, or takes the key: until this transaction ends, another request with the same key waits here.
pub fn find_or_lock(tx: &mut Tx<'_>, operation: &str, key: &str) -> QueryResult<Option<FirstAnswer>> {
    let organization_id = tx.organization()?;
    diesel::sql_query("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))")
        .bind::<Text, _>(format!("idempotency {organization_id} {operation} {key}"))
        .execute(tx.conn())?;
    keys::table
        .find((organization_id, operation, key))
        .select(FirstAnswer::as_select())
        .first(tx.conn())
        .optional()
}

/// Remembers an answer in the transaction that created what it tells of.
pub fn remember(
    tx: &mut Tx<'_>,
    operation: &str,
    key: &str,
    answer: &FirstAnswer,
    created_at: DateTime<Utc>,
) -> QueryResult<()> {
    diesel::insert_into(keys::table)
        .values((
            keys::organization_id.eq(tx.organization()?),
            keys::operation.eq(operation),
            keys::key.eq(key),
            keys::body_sha256.eq(&answer.body_sha256),
            keys::status.eq(answer.status),
            keys::answer.eq(&answer.answer),
            keys::created_at.eq(created_at),
        ))
        .execute(tx.conn())?;
    Ok(())
}
