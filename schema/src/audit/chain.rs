//! What verification reads: an organization's chain and what is not in it.

use diesel::dsl::{exists, not};
use diesel::prelude::*;
use diesel::sql_types as sql;
use uuid::Uuid;

use super::{Entry, Seal};
use crate::Tx;
use crate::schema::{audit_entries as entries, audit_pending as pending, audit_seals as seals};

/// An entry without a seal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unsealed {
    /// UUID v7, whose time is the machine's.
    pub entry_id: Uuid,
    /// Whether a sealer will come for it.
    pub waits: bool,
}

/// Every organization: each has a chain, if only an empty one. Ids only.
pub fn organizations(tx: &mut Tx<'_>) -> QueryResult<Vec<Uuid>> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = sql::Uuid)]
        id: Uuid,
    }
    let rows: Vec<Row> =
        diesel::sql_query("SELECT id FROM organizations_audited() AS id").load(tx.machinery()?)?;
    Ok(rows.into_iter().map(|row| row.id).collect())
}

/// The links of the organization's chain after a sequence, in order, each with its entry if it is still there.
pub fn links(tx: &mut Tx<'_>, after: i64, limit: i64) -> QueryResult<Vec<(Seal, Option<Entry>)>> {
    seals::table
        .left_join(
            entries::table
                .on(entries::organization_id.eq(seals::organization_id).and(entries::id.eq(seals::entry_id))),
        )
        .filter(seals::organization_id.eq(tx.organization()?))
        .filter(seals::sequence.gt(after))
        .order(seals::sequence)
        .limit(limit)
        .select((Seal::as_select(), Option::<Entry>::as_select()))
        .load(tx.conn())
}

/// The last sequence of the organization that a published head covers, as the work that is done says; 0 for none.
pub fn published_at_least(tx: &mut Tx<'_>) -> QueryResult<i64> {
    let waits = pending::table
        .filter(pending::organization_id.eq(seals::organization_id))
        .filter(pending::entry_id.eq(seals::entry_id));
    let last = seals::table
        .filter(seals::organization_id.eq(tx.organization()?))
        .filter(not(exists(waits)))
        .order(seals::sequence.desc())
        .select(seals::sequence)
        .first(tx.conn())
        .optional()?;
    Ok(last.unwrap_or(0))
}

/// The organization's entries after an id that have no seal, in order.
pub fn unsealed(tx: &mut Tx<'_>, after: Uuid, limit: i64) -> QueryResult<Vec<Unsealed>> {
    let sealed = seals::table
        .filter(seals::organization_id.eq(entries::organization_id))
        .filter(seals::entry_id.eq(entries::id));
    // One statement, so that nothing is sealed and done between two looks.
    let found: Vec<(Uuid, Option<Uuid>)> =
        entries::table
            .left_join(pending::table.on(
                pending::organization_id.eq(entries::organization_id).and(pending::entry_id.eq(entries::id)),
            ))
            .filter(entries::organization_id.eq(tx.organization()?))
            .filter(entries::id.gt(after))
            .filter(not(exists(sealed)))
            .order(entries::id)
            .limit(limit)
            .select((entries::id, pending::entry_id.nullable()))
            .load(tx.conn())?;
    Ok(found.into_iter().map(|(entry_id, waits)| Unsealed { entry_id, waits: waits.is_some() }).collect())
}
