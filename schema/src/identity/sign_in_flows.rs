//! Sign-ins on their way through an outside provider. They are nobody's until they come back: the machinery's work.

use chrono::{DateTime, Utc};
use diesel::dsl::count_star;
use diesel::pg::Pg;
use diesel::prelude::*;

use crate::Tx;
use crate::schema::sign_in_flows as flows;

/// A sign-in that has not come back yet.
#[derive(Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = flows, check_for_backend(Pg))]
pub struct Flow {
    /// SHA-256 of the secret that who started it keeps.
    pub flow_sha256: Vec<u8>,
    /// SHA-256 of what the provider sends back with the code.
    pub state_sha256: Vec<u8>,
    /// SHA-256 of what the ID token has to repeat.
    pub nonce_sha256: Vec<u8>,
    /// What the code is exchanged with.
    pub verifier: String,
    /// Where the provider sends the browser back to.
    pub redirect_uri: String,
    /// Of who started it, as it is counted.
    pub address: String,
    /// By the machine's clock.
    pub expires_at: DateTime<Utc>,
}

/// Remembers a flow.
pub fn insert(tx: &mut Tx<'_>, flow: &Flow) -> QueryResult<()> {
    diesel::insert_into(flows::table).values(flow).execute(tx.machinery()?)?;
    Ok(())
}

/// Takes a flow out: nobody finds it again.
pub fn take(tx: &mut Tx<'_>, flow_sha256: &[u8]) -> QueryResult<Option<Flow>> {
    diesel::delete(flows::table.filter(flows::flow_sha256.eq(flow_sha256)))
        .returning(Flow::as_returning())
        .get_result(tx.machinery()?)
        .optional()
}

/// How many there are.
pub fn count(tx: &mut Tx<'_>) -> QueryResult<i64> {
    flows::table.select(count_star()).first(tx.machinery()?)
}

/// Forgets all but the newest of an address; returns how many.
pub fn keep_newest_of(tx: &mut Tx<'_>, address: &str, flows_max: i64) -> QueryResult<usize> {
    let of_address = flows::table.filter(flows::address.eq(address)).select(flows::flow_sha256);
    let older =
        of_address.order(flows::expires_at.desc()).offset(flows_max).load::<Vec<u8>>(tx.machinery()?)?;
    forget(tx, &older)
}

/// Forgets all but the newest of all; returns how many.
pub fn keep_newest(tx: &mut Tx<'_>, flows_max: i64) -> QueryResult<usize> {
    let all = flows::table.select(flows::flow_sha256);
    let older = all.order(flows::expires_at.desc()).offset(flows_max).load::<Vec<u8>>(tx.machinery()?)?;
    forget(tx, &older)
}

fn forget(tx: &mut Tx<'_>, older: &[Vec<u8>]) -> QueryResult<usize> {
    if older.is_empty() {
        return Ok(0);
    }
    diesel::delete(flows::table.filter(flows::flow_sha256.eq_any(older))).execute(tx.machinery()?)
}

/// Forgets flows that expired before an instant; returns how many.
pub fn sweep(tx: &mut Tx<'_>, expired_before: DateTime<Utc>) -> QueryResult<usize> {
    diesel::delete(flows::table.filter(flows::expires_at.lt(expired_before))).execute(tx.machinery()?)
}
