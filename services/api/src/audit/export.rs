//! All entries, a JSON object a line, in constant memory.

use actix_web::web::Bytes;
use futures_util::Stream;
use futures_util::stream::{StreamExt, iter, try_unfold};
use platform::audit::{self, Event, Origin};
use platform::problem::ApiError;
use schema::audit::{EntryFilter, EntryPlace, oldest};
use schema::{Scope, Tx};
use serde_json::{Value, json};
use std::collections::VecDeque;
use std::io;
use std::sync::Arc;

use super::shown::Viewer;
use crate::Api;

/// Read and sent at once.
const CHUNK_ENTRIES: usize = 1_000;

/// An export that somebody asked for. Cheap to clone.
#[derive(Clone)]
pub struct Export {
    api: Api,
    origin: Origin,
    filter: Arc<EntryFilter>,
    viewer: Viewer,
}

/// Where an export has come to.
struct Place {
    /// Organizations, the one at hand first.
    left: VecDeque<Scope>,
    /// The last entry sent of the one at hand.
    after: Option<EntryPlace>,
}

/// Some entries of an organization, and the last of them when there may be more.
struct Chunk {
    text: Vec<u8>,
    next: Option<EntryPlace>,
}

impl Export {
    /// Of the entries that the filter lets through.
    pub fn new(api: &Api, origin: Origin, filter: EntryFilter, viewer: Viewer) -> Self {
        Self { api: api.clone(), origin, filter: Arc::new(filter), viewer }
    }

    /// The entries of each organization in scope, oldest first. What fails before the first is an answer of its own;
    /// later the answer breaks off, so that nobody takes a part for the whole.
    pub async fn stream(
        self,
        scope: Scope,
    ) -> Result<impl Stream<Item = io::Result<Bytes>> + use<>, ApiError> {
        let left = scope.members().iter().filter_map(|id| scope.narrow(*id)).collect();
        let first = self.next(Place { left, after: None }).await?;
        let (first, place) = first.unzip();
        let rest = try_unfold((self, place), async |(export, place)| {
            let Some(place) = place else { return Ok(None) };
            let next = export.next(place).await.map_err(|error| broken_off(&error))?;
            Ok(next.map(|(bytes, place)| (bytes, (export, Some(place)))))
        });
        Ok(iter(first.map(Ok)).chain(rest))
    }

    /// The next entries, and where that leaves the export; none at its end.
    async fn next(&self, mut place: Place) -> Result<Option<(Bytes, Place)>, ApiError> {
        while let Some(scope) = place.left.front() {
            let Chunk { text, next } = self.chunk(scope.clone(), place.after).await?;
            place.after = next;
            if next.is_none() {
                place.left.pop_front();
            }
            if !text.is_empty() {
                return Ok(Some((text.into(), place)));
            }
        }
        Ok(None)
    }

    /// That an organization's entries are taken is in its own audit before the first of them leaves.
    async fn chunk(&self, scope: Scope, after: Option<EntryPlace>) -> Result<Chunk, ApiError> {
        let Self { api, origin, filter, viewer } = self.clone();
        let (limit, now) = (i64::try_from(CHUNK_ENTRIES).map_err(ApiError::internal)?, api.clock.now());
        let read = move |tx: &mut Tx<'_>| {
            let listed = oldest(tx, &filter, after, limit)?;
            if after.is_none() && !listed.is_empty() {
                let event = Event::new("audit.export", "audit", tx.organization()?).after(told(&filter));
                audit::record(tx, &origin, event, now)?;
            }
            let last = listed.last().map(|(entry, _)| (entry.at, entry.id));
            let next = last.filter(|_| listed.len() == CHUNK_ENTRIES);
            let mut text = Vec::new();
            for listed in listed {
                serde_json::to_writer(&mut text, &viewer.show(listed)).map_err(ApiError::internal)?;
                text.push(b'\n');
            }
            Ok(Chunk { text, next })
        };
        api.db.run(scope, read).await
    }
}

/// The filter as the audit keeps it.
fn told(filter: &EntryFilter) -> Value {
    json!({
        "format": "ndjson",
        "from": filter.from,
        "to": filter.to,
        "actor": filter.actor,
        "action": filter.action,
        "object_kind": filter.object_kind,
        "object_id": filter.object_id,
    })
}

fn broken_off(error: &ApiError) -> io::Error {
    tracing::error!(%error, "an export of the audit broke off");
    io::Error::other("the entries cannot be read")
}
