//! Where the next metering of a unit may begin.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types as sql;

use crate::Tx;
use crate::schema::unit_checkpoints as checkpoints;
use crate::units::UnitKey;

/// A checkpoint's instant, and the digest of the evidence that it rests on.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Queryable)]
pub struct Stand {
    /// What was stated before it is in the state.
    pub at: DateTime<Utc>,
    /// 32 bytes.
    pub evidence: Vec<u8>,
}

/// The checkpoints of a unit, the latest first.
pub fn of_unit(tx: &mut Tx<'_>, key: &UnitKey) -> QueryResult<Vec<Stand>> {
    checkpoints::table
        .filter(checkpoints::organization_id.eq(tx.organization()?))
        .filter(checkpoints::billing_mode.eq(key.billing_mode))
        .filter(checkpoints::vcenter_id.eq(key.vcenter_id))
        .filter(checkpoints::month.eq(key.month))
        .order(checkpoints::at.desc())
        .select((checkpoints::at, checkpoints::evidence))
        .load(tx.conn())
}

/// The state of a checkpoint.
pub fn state(tx: &mut Tx<'_>, key: &UnitKey, at: DateTime<Utc>) -> QueryResult<Option<Vec<u8>>> {
    let id = (tx.organization()?, key.billing_mode, key.vcenter_id, key.month, at);
    checkpoints::table.find(id).select(checkpoints::state).first(tx.conn()).optional()
}

/// Deletes the checkpoints of a unit but these.
pub fn keep_only(tx: &mut Tx<'_>, key: &UnitKey, kept: &[Stand]) -> QueryResult<usize> {
    let organization_id = tx.organization()?;
    let (instants, evidence): (Vec<_>, Vec<_>) =
        kept.iter().map(|stand| (stand.at, stand.evidence.as_slice())).unzip();
    diesel::sql_query(
        "DELETE FROM unit_checkpoints
          WHERE organization_id = $1 AND billing_mode = $2 AND vcenter_id = $3 AND month = $4
            AND (at, evidence) NOT IN (SELECT * FROM unnest($5, $6))",
    )
    .bind::<sql::Uuid, _>(organization_id)
    .bind::<sql::Text, _>(key.billing_mode)
    .bind::<sql::Uuid, _>(key.vcenter_id)
    .bind::<sql::Date, _>(key.month)
    .bind::<sql::Array<sql::Timestamptz>, _>(instants)
    .bind::<sql::Array<sql::Binary>, _>(evidence)
    .execute(tx.conn())
}

/// Adds a checkpoint, unless it is there.
pub fn add(tx: &mut Tx<'_>, key: &UnitKey, stand: &Stand, state: &[u8]) -> QueryResult<()> {
    diesel::insert_into(checkpoints::table)
        .values((
            checkpoints::organization_id.eq(tx.organization()?),
            checkpoints::billing_mode.eq(key.billing_mode),
            checkpoints::vcenter_id.eq(key.vcenter_id),
            checkpoints::month.eq(key.month),
            checkpoints::at.eq(stand.at),
            checkpoints::evidence.eq(&stand.evidence),
            checkpoints::state.eq(state),
        ))
        .on_conflict_do_nothing()
        .execute(tx.conn())?;
    Ok(())
}
