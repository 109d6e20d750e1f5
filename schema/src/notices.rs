//! Notices: what a partner and those above it should see without looking for it.

use chrono::{DateTime, Utc};
use diesel::pg::Pg;
use diesel::prelude::*;
use uuid::Uuid;

use crate::Tx;
use crate::schema::notices;
use crate::types::NoticeKind;

/// A notice.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = notices, check_for_backend(Pg))]
pub struct Notice {
    /// The partner that it is about.
    pub organization_id: Uuid,
    /// UUID v7.
    pub id: Uuid,
    /// Business time.
    pub at: DateTime<Utc>,
    /// What it says.
    pub kind: NoticeKind,
    /// The meter that it is about.
    pub meter_id: Uuid,
}

/// Adds a notice about the transaction's organization.
pub fn add(tx: &mut Tx<'_>, notice: &Notice) -> QueryResult<()> {
    tx.require_own(notice.organization_id)?;
    diesel::insert_into(notices::table).values(notice).execute(tx.conn())?;
    Ok(())
}

/// The notices in scope, the newest first; the next page begins after `after`.
pub fn list(tx: &mut Tx<'_>, after: Option<Uuid>, limit: i64) -> QueryResult<Vec<Notice>> {
    notices::table
        .filter(notices::organization_id.eq_any(tx.organizations()))
        .filter(notices::id.lt(after.unwrap_or(Uuid::max())))
        .order((notices::id.desc(), notices::organization_id))
        .limit(limit)
        .select(Notice::as_select())
        .load(tx.conn())
}
