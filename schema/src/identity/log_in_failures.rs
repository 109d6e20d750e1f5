//! How often wrong passwords were tried: what all processes know of it. No tenant's data: digests and addresses.
//!
//! How many are too many is not said here, only counted. A right password forgets, and so does time.

use chrono::{DateTime, TimeDelta, Utc};
use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::sql_types::{Binary, Text, Timestamptz};

use crate::Tx;
use crate::schema::log_in_failures as failures;

/// After this long without a failure there was none.
pub const FORGOTTEN_AFTER: TimeDelta = TimeDelta::days(1);

/// Which log-in fails.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Whose {
    /// SHA-256 of the e-mail address in lower case.
    pub email_sha256: [u8; 32],
    /// The client's address, as it is counted; never empty.
    pub address: String,
}

/// The failures of an e-mail address.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = failures, check_for_backend(Pg))]
pub struct Failures {
    /// The client's address; empty for all together.
    pub address: String,
    /// How many.
    pub failures: i32,
    /// When the last was; the machine's clock.
    pub last_at: DateTime<Utc>,
}

/// The failures from this address and from all together, as far as there are any.
pub fn of(tx: &mut Tx<'_>, whose: &Whose, machine_now: DateTime<Utc>) -> QueryResult<Vec<Failures>> {
    failures::table
        .filter(failures::email_sha256.eq(whose.email_sha256.as_slice()))
        .filter(failures::address.eq_any(["", &whose.address]))
        .filter(failures::last_at.gt(machine_now - FORGOTTEN_AFTER))
        .select(Failures::as_select())
        .order(failures::address)
        .load(tx.conn())
}

/// Counts a failure, and drops some of those that time forgot.
pub fn count(tx: &mut Tx<'_>, whose: &Whose, machine_now: DateTime<Utc>) -> QueryResult<()> {
    let forgotten = machine_now - FORGOTTEN_AFTER;
    diesel::sql_query(include_str!("log_in_failures/count.sql"))
        .bind::<Binary, _>(whose.email_sha256.as_slice())
        .bind::<Text, _>(&whose.address)
        .bind::<Timestamptz, _>(machine_now)
        .bind::<Timestamptz, _>(forgotten)
        .execute(tx.conn())?;
    diesel::sql_query(include_str!("log_in_failures/sweep.sql"))
        .bind::<Timestamptz, _>(forgotten)
        .execute(tx.conn())?;
    Ok(())
}

/// Forgets the failures from this address and of all together: the right password came.
pub fn forget(tx: &mut Tx<'_>, whose: &Whose) -> QueryResult<()> {
    let known = failures::table
        .filter(failures::email_sha256.eq(whose.email_sha256.as_slice()))
        .filter(failures::address.eq_any(["", &whose.address]));
    // In the order in which a failure is counted.
    known
        .clone()
        .select(failures::address)
        .order(failures::address)
        .for_update()
        .load::<String>(tx.conn())?;
    diesel::delete(known).execute(tx.conn())?;
    Ok(())
}

/// Forgets the failures from everywhere: there is another password.
pub fn forget_all(tx: &mut Tx<'_>, email_sha256: &[u8; 32]) -> QueryResult<()> {
    let known = failures::table.filter(failures::email_sha256.eq(email_sha256.as_slice()));
    known.select(failures::address).order(failures::address).for_update().load::<String>(tx.conn())?;
    diesel::delete(known).execute(tx.conn())?;
    Ok(())
}
