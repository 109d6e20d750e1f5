//! Entries as the API lists them, each with its seal.

use chrono::{DateTime, Utc};
use diesel::dsl::auto_type;
use diesel::pg::Pg;
use diesel::prelude::*;
use uuid::Uuid;

use super::{Entry, Seal};
use crate::Tx;
use crate::schema::{audit_entries as entries, audit_seals as seals};

/// An entry, and its seal once it has one.
pub type Listed = (Entry, Option<Seal>);

/// The place of an entry in the order of time.
pub type EntryPlace = (DateTime<Utc>, Uuid);

/// What narrows a list of entries.
#[derive(Debug, Default, Clone)]
pub struct EntryFilter {
    /// The first instant.
    pub from: Option<DateTime<Utc>>,
    /// The instant after the last.
    pub to: Option<DateTime<Utc>>,
    /// `user:<id>` and the like.
    pub actor: Option<String>,
    /// Such as `meter.register`.
    pub action: Option<String>,
    /// Such as `meter`.
    pub object_kind: Option<String>,
    /// As the action names it.
    pub object_id: Option<String>,
    /// What the reader sees of others; none when there is nothing that they do not.
    pub others: Option<Others>,
}

/// Kinds of objects whose entries a reader sees of organizations other than one.
#[derive(Debug, Clone)]
pub struct Others {
    /// The reader's own organization, of which all is seen.
    pub own: Uuid,
    /// Such as `meter`.
    pub kinds: Vec<&'static str>,
}

/// The entries in scope, newest first; the next page starts after `after`.
pub fn newest(
    tx: &mut Tx<'_>,
    filter: &EntryFilter,
    after: Option<EntryPlace>,
    limit: i64,
) -> QueryResult<Vec<Listed>> {
    let mut query = filtered(tx, filter);
    if let Some((at, id)) = after {
        // The first condition alone bounds the scan of the index.
        query = query.filter(entries::at.le(at));
        query = query.filter(entries::at.lt(at).or(entries::id.lt(id)));
    }
    query.order((entries::at.desc(), entries::id.desc())).limit(limit).load(tx.conn())
}

/// The entries in scope, oldest first; the next page starts after `after`.
pub fn oldest(
    tx: &mut Tx<'_>,
    filter: &EntryFilter,
    after: Option<EntryPlace>,
    limit: i64,
) -> QueryResult<Vec<Listed>> {
    let mut query = filtered(tx, filter);
    if let Some((at, id)) = after {
        query = query.filter(entries::at.ge(at));
        query = query.filter(entries::at.gt(at).or(entries::id.gt(id)));
    }
    query.order((entries::at, entries::id)).limit(limit).load(tx.conn())
}

/// The join of an entry to its seal.
#[auto_type]
fn seal_of_entry() -> _ {
    seals::table.on(seals::organization_id.eq(entries::organization_id).and(seals::entry_id.eq(entries::id)))
}

#[auto_type]
fn listed() -> _ {
    let entry: diesel::dsl::AsSelect<Entry, Pg> = Entry::as_select();
    let seal: diesel::dsl::AsSelect<Option<Seal>, Pg> = Option::<Seal>::as_select();
    entries::table.left_join(seal_of_entry()).select((entry, seal))
}

fn filtered<'q>(tx: &Tx<'q>, filter: &'q EntryFilter) -> diesel::helper_types::IntoBoxed<'q, listed, Pg> {
    let mut query = listed().into_boxed().filter(entries::organization_id.eq_any(tx.organizations()));
    if let Some(from) = filter.from {
        query = query.filter(entries::at.ge(from));
    }
    if let Some(to) = filter.to {
        query = query.filter(entries::at.lt(to));
    }
    if let Some(actor) = &filter.actor {
        query = query.filter(entries::actor.eq(actor));
    }
    if let Some(action) = &filter.action {
        query = query.filter(entries::action.eq(action));
    }
    if let Some(kind) = &filter.object_kind {
        query = query.filter(entries::object_kind.eq(kind));
    }
    if let Some(id) = &filter.object_id {
        query = query.filter(entries::object_id.eq(id));
    }
    if let Some(Others { own, kinds }) = &filter.others {
        query = query.filter(entries::organization_id.eq(own).or(entries::object_kind.eq_any(kinds)));
    }
    query
}
