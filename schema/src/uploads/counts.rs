//! What became of the collections of uploads. Never stored: it follows from the facts.

use chrono::TimeDelta;
use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Uuid as SqlUuid};
use uuid::Uuid;

use crate::Tx;

/// The collections of an upload, each counted once.
#[derive(Debug, Clone, PartialEq, Eq, QueryableByName)]
#[diesel(check_for_backend(Pg))]
pub struct CollectionCounts {
    /// The upload.
    #[diesel(sql_type = SqlUuid)]
    pub upload_id: Uuid,
    /// In force, received in time.
    #[diesel(sql_type = BigInt)]
    pub accepted: i64,
    /// The same bytes as the one in force.
    #[diesel(sql_type = BigInt)]
    pub duplicate: i64,
    /// Other bytes than the one in force.
    #[diesel(sql_type = BigInt)]
    pub conflicting: i64,
    /// In force, but received after its month's deadline (metering.md §5).
    #[diesel(sql_type = BigInt)]
    pub late: i64,
}

/// Counts the collections of these uploads in scope; an upload without any is left out. `deadline` is how long after
/// a month's end its evidence is on time.
pub fn collection_counts(
    tx: &mut Tx<'_>,
    upload_ids: &[Uuid],
    deadline: TimeDelta,
) -> QueryResult<Vec<CollectionCounts>> {
    diesel::sql_query(include_str!("counts.sql"))
        .bind::<Array<SqlUuid>, _>(tx.organizations())
        .bind::<Array<SqlUuid>, _>(upload_ids)
        .bind::<BigInt, _>(deadline.num_milliseconds())
        .load(tx.conn())
}
