//! The audit: who did what, when, to what, from where. Entries are added in the transaction of what they tell of, and
//! sealed soon after: chained by their hashes, one chain an organization.

mod chain;
mod read;
mod seal;

use chrono::{DateTime, Utc};
use diesel::pg::Pg;
use diesel::prelude::*;
use serde_json::Value;
use uuid::Uuid;

pub use self::chain::{Unsealed, links, organizations, published_at_least, unsealed};
pub use self::read::{EntryFilter, EntryPlace, Listed, Others, newest, oldest};
pub use self::seal::{Backlog, Seal, add_seals, backlog, last_seal, lock_chain, settle, to_seal, waiting};
use crate::Tx;
use crate::schema::{audit_entries, audit_pending};

/// An entry.
#[derive(Debug, Clone, PartialEq, Queryable, Selectable, Insertable)]
#[diesel(table_name = audit_entries, check_for_backend(Pg))]
#[expect(missing_docs, reason = "the columns of audit_entries, described in the migration")]
pub struct Entry {
    pub organization_id: Uuid,
    pub id: Uuid,
    pub at: DateTime<Utc>,
    pub actor: String,
    pub actor_organization_id: Option<Uuid>,
    pub address: Option<String>,
    pub address_salt: Option<Uuid>,
    pub request_id: Option<Uuid>,
    pub action: String,
    pub object_kind: String,
    pub object_id: String,
    pub before: Option<Value>,
    pub after: Option<Value>,
}

/// Adds an entry of the transaction's organization, and has it sealed.
pub fn record(tx: &mut Tx<'_>, entry: &Entry) -> QueryResult<()> {
    tx.require_own(entry.organization_id)?;
    diesel::insert_into(audit_entries::table).values(entry).execute(tx.conn())?;
    diesel::insert_into(audit_pending::table)
        .values((
            audit_pending::organization_id.eq(entry.organization_id),
            audit_pending::entry_id.eq(entry.id),
        ))
        .execute(tx.conn())?;
    Ok(())
}
