//! Shorthands.

use chrono::{DateTime, NaiveDate, Utc};
use diesel::PgConnection;
use diesel::result::Error;
use schema::{MachineryToken, Scope, Tx};
use uuid::Uuid;

/// Runs work in a transaction of one organization.
pub fn as_organization<T>(
    conn: &mut PgConnection,
    organization_id: Uuid,
    work: impl FnOnce(&mut Tx<'_>) -> Result<T, Error>,
) -> T {
    schema::transaction(conn, &Scope::Organization(organization_id), work).expect("the work")
}

/// Runs work in a transaction of the machinery.
pub fn as_machinery<T>(conn: &mut PgConnection, work: impl FnOnce(&mut Tx<'_>) -> Result<T, Error>) -> T {
    let scope = Scope::Machinery(MachineryToken::for_platform_only());
    schema::transaction(conn, &scope, work).expect("the work")
}

/// An instant.
pub fn at(text: &str) -> DateTime<Utc> {
    text.parse().expect("RFC 3339")
}

/// A day.
pub fn day(text: &str) -> NaiveDate {
    text.parse().expect("a date")
}

/// A made-up id.
pub const fn id(number: u128) -> Uuid {
    Uuid::from_u128(0xaaaa_0000_0000_0000_0000_0000_0000_0000 + number)
}

/// A made-up digest.
pub const fn digest(byte: u8) -> [u8; 32] {
    [byte; 32]
}
