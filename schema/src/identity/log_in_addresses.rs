//! From where right passwords came lately. No tenant's data: digests and addresses.

use chrono::{DateTime, TimeDelta, Utc};
use diesel::dsl::exists;
use diesel::prelude::*;
use diesel::sql_types::Timestamptz;

use super::log_in_failures::Whose;
use crate::Tx;
use crate::schema::log_in_addresses as addresses;

/// After this long without a log-in an address is a stranger's again.
pub const FORGOTTEN_AFTER: TimeDelta = TimeDelta::days(30);

/// Whether the right password came from this address lately.
pub fn is_known(tx: &mut Tx<'_>, whose: &Whose, machine_now: DateTime<Utc>) -> QueryResult<bool> {
    let known = addresses::table
        .find((whose.email_sha256.as_slice(), &whose.address))
        .filter(addresses::last_at.gt(machine_now - FORGOTTEN_AFTER));
    diesel::select(exists(known)).get_result(tx.conn())
}

/// Remembers that the right password came from this address, and drops some of those that time forgot.
pub fn remember(tx: &mut Tx<'_>, whose: &Whose, machine_now: DateTime<Utc>) -> QueryResult<()> {
    diesel::insert_into(addresses::table)
        .values((
            addresses::email_sha256.eq(whose.email_sha256.as_slice()),
            addresses::address.eq(&whose.address),
            addresses::last_at.eq(machine_now),
        ))
        .on_conflict((addresses::email_sha256, addresses::address))
        .do_update()
        .set(addresses::last_at.eq(machine_now))
        .execute(tx.conn())?;
    diesel::sql_query(include_str!("log_in_addresses/sweep.sql"))
        .bind::<Timestamptz, _>(machine_now - FORGOTTEN_AFTER)
        .execute(tx.conn())?;
    Ok(())
}
