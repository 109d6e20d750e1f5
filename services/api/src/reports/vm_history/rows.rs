//! The rows of a revision, page by page.

use chrono::{DateTime, Utc};
use platform::calendar::utc;
use platform::db::Db;
use platform::problem::ApiError;
use schema::Scope;
use schema::history::{self, HistoryCursor, HistoryFilter, HistoryRow};
use schema::reports::{self, Revision};
use std::collections::HashMap;
use std::sync::Arc;
use uuid::Uuid;

use super::params::Place;
use super::row::VmHistoryRow;
use crate::page::{Page, PageRequest};
use crate::partner::Partner;
use crate::reports::params::ReportParams;

/// The rows of a report, as far as a filter lets them through.
#[derive(Clone)]
pub struct Rows {
    db: Db,
    scope: Scope,
    partner_id: Uuid,
    source: Arc<Source>,
}

/// A revision never changes, so that pages read one after another belong together.
struct Source {
    /// None when the month has no report: then there are no rows.
    revision: Option<Revision>,
    /// By vCenter: where metering ends in this revision.
    ends: HashMap<Uuid, DateTime<Utc>>,
    filter: HistoryFilter,
}

impl Rows {
    /// Finds the revision and what it is composed of.
    pub async fn open(
        db: &Db,
        partner: Partner,
        report: ReportParams,
        filter: HistoryFilter,
    ) -> Result<Self, ApiError> {
        let Partner { id, scope } = partner;
        let found = db.run(scope.clone(), move |tx| {
            let revision = report.revision(tx, id)?;
            let units = revision.as_ref().map(|revision| reports::units(tx, revision)).transpose()?;
            Ok::<_, ApiError>((revision, units.unwrap_or_default()))
        });
        let (revision, units) = found.await?;
        let month_end = utc(report.month.end());
        let ends = units.into_iter().map(|unit| (unit.vcenter_id, unit.horizon.min(month_end))).collect();
        Ok(Self {
            db: db.clone(),
            scope,
            partner_id: id,
            source: Arc::new(Source { revision, ends, filter }),
        })
    }

    /// Whose rows.
    pub const fn partner_id(&self) -> Uuid {
        self.partner_id
    }

    /// The number of the revision, 0 when there is none.
    pub fn revision(&self) -> i32 {
        self.source.revision.as_ref().map_or(0, |revision| revision.revision)
    }

    /// A page of them.
    pub async fn page(&self, page: PageRequest<Place>) -> Result<Page<VmHistoryRow>, ApiError> {
        let fetched = self.read(page.after, page.fetch(), Ok).await?;
        let revision = self.revision();
        let (items, next_cursor) = page.cut(fetched, |row| row.place(revision));
        Ok(Page { items, next_cursor })
    }

    /// At most `limit` rows after a place, and what `make` makes of them on the thread that read them.
    pub async fn read<T: Send + 'static>(
        &self,
        after: Option<Place>,
        limit: i64,
        make: impl FnOnce(Vec<VmHistoryRow>) -> Result<T, ApiError> + Send + 'static,
    ) -> Result<T, ApiError> {
        let source = Arc::clone(&self.source);
        let after =
            after.map(|(vcenter_id, vm_id, begin_at, _)| HistoryCursor { vcenter_id, vm_id, begin_at });
        let work = move |tx: &mut schema::Tx<'_>| {
            let stored = match &source.revision {
                Some(revision) => history::page(tx, revision, &source.filter, after, limit)?,
                None => Vec::new(),
            };
            make(stored.into_iter().map(|row| source.show(row)).collect::<Result<_, ApiError>>()?)
        };
        self.db.run(self.scope.clone(), work).await
    }
}

impl Source {
    fn show(&self, row: HistoryRow) -> Result<VmHistoryRow, ApiError> {
        let ends_at = self.ends.get(&row.vcenter_id).copied();
        VmHistoryRow::new(row, ends_at.ok_or_else(|| ApiError::internal("a row of no unit of its revision"))?)
    }
}
