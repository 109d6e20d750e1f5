//! What all processes together have taken out of each limit of requests. No tenant's data: ids and counts.

mod table;

use chrono::{DateTime, Utc};
use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Text, Timestamptz};

use self::table::rate_limits;
use crate::Tx;

/// A limit after a lease.
#[derive(Debug, Clone, PartialEq, Eq, QueryableByName)]
#[diesel(table_name = rate_limits, check_for_backend(Pg))]
pub struct Lease {
    /// Which limit, and whose.
    pub key: String,
    /// What all processes asked for in this window, this lease included: it may be more than the limit.
    pub taken: i64,
}

/// Asks for `counts[i]` requests of each `keys[i]`, which are all different, in the window that begins at
/// `window_start`. One statement, whose locks are taken in the order of the keys.
pub fn lease(
    tx: &mut Tx<'_>,
    window_start: DateTime<Utc>,
    keys: &[String],
    counts: &[i64],
) -> QueryResult<Vec<Lease>> {
    diesel::sql_query(include_str!("rate_limits/lease.sql"))
        .bind::<Timestamptz, _>(window_start)
        .bind::<Array<Text>, _>(keys)
        .bind::<Array<BigInt>, _>(counts)
        .load(tx.machinery()?)
}

/// Forgets windows that began before this instant, passing by what others are at.
pub fn sweep(tx: &mut Tx<'_>, before: DateTime<Utc>) -> QueryResult<usize> {
    diesel::sql_query(include_str!("rate_limits/sweep.sql"))
        .bind::<Timestamptz, _>(before)
        .execute(tx.machinery()?)
}
