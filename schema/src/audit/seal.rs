//! Sealing: an organization's entries become links of its chain.

use diesel::dsl::{count_star, exists, not};
use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::sql_types as sql;
use uuid::Uuid;

use super::Entry;
use crate::Tx;
use crate::schema::{audit_entries as entries, audit_pending as pending, audit_seals as seals};

/// A link of a chain.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = seals, check_for_backend(Pg))]
#[expect(missing_docs, reason = "the columns of audit_seals, described in the migration")]
pub struct Seal {
    pub organization_id: Uuid,
    pub sequence: i64,
    pub entry_id: Uuid,
    pub hash: Vec<u8>,
}

/// What waits to be sealed or published, over all organizations.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Backlog {
    /// Entries.
    pub count: i64,
    /// The first of them, by whose id its age is known.
    pub oldest: Option<Uuid>,
}

/// The organizations that have something to seal or to publish. Ids of work only.
pub fn waiting(tx: &mut Tx<'_>) -> QueryResult<Vec<Uuid>> {
    let ids = pending::table.select(pending::organization_id).distinct();
    ids.order(pending::organization_id).load(tx.machinery()?)
}

/// How much waits. Ids of work only.
pub fn backlog(tx: &mut Tx<'_>) -> QueryResult<Backlog> {
    let conn = tx.machinery()?;
    let count = pending::table.select(count_star()).first(conn)?;
    let oldest = pending::table.select(pending::entry_id).order(pending::entry_id).first(conn).optional()?;
    Ok(Backlog { count, oldest })
}

/// Until the transaction ends, another sealer of this organization waits here.
pub fn lock_chain(tx: &mut Tx<'_>) -> QueryResult<()> {
    let key = format!("audit chain {}", tx.organization()?);
    diesel::sql_query("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))")
        .bind::<sql::Text, _>(key)
        .execute(tx.conn())?;
    Ok(())
}

/// Where the organization's chain ends; none when it has not begun.
pub fn last_seal(tx: &mut Tx<'_>) -> QueryResult<Option<Seal>> {
    seals::table
        .filter(seals::organization_id.eq(tx.organization()?))
        .order(seals::sequence.desc())
        .select(Seal::as_select())
        .first(tx.conn())
        .optional()
}

/// The organization's entries that wait for their seals, oldest first, as the database holds them.
pub fn to_seal(tx: &mut Tx<'_>, limit: i64) -> QueryResult<Vec<Entry>> {
    let sealed = seals::table
        .filter(seals::organization_id.eq(pending::organization_id))
        .filter(seals::entry_id.eq(pending::entry_id));
    pending::table
        .inner_join(
            entries::table.on(entries::organization_id
                .eq(pending::organization_id)
                .and(entries::id.eq(pending::entry_id))),
        )
        .filter(pending::organization_id.eq(tx.organization()?))
        .filter(not(exists(sealed)))
        .order(pending::entry_id)
        .limit(limit)
        .select(Entry::as_select())
        .load(tx.conn())
}

/// Adds links to the end of the organization's chain.
pub fn add_seals(tx: &mut Tx<'_>, links: &[Seal]) -> QueryResult<()> {
    for link in links {
        tx.require_own(link.organization_id)?;
    }
    diesel::insert_into(seals::table).values(links).execute(tx.conn())?;
    Ok(())
}

/// A head was published that covers the organization's chain up to `sequence`: that work is done.
pub fn settle(tx: &mut Tx<'_>, sequence: i64) -> QueryResult<()> {
    let organization_id = tx.organization()?;
    let covered = seals::table
        .filter(seals::organization_id.eq(organization_id))
        .filter(seals::sequence.le(sequence))
        .select(seals::entry_id);
    diesel::delete(pending::table)
        .filter(pending::organization_id.eq(organization_id))
        .filter(pending::entry_id.eq_any(covered))
        .execute(tx.conn())?;
    Ok(())
}
