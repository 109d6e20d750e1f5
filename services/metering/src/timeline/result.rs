//! What a metering found: rows and cluster spans in their order, sums by meter, coverage.

use super::spans::{ClusterStretch, RowSpan};
use super::vcenter::Vcenter;
use crate::evidence::Coverage;
use crate::record::VsanEdition;
use crate::report::Totals;
use crate::row::Row;
use crate::symbols::{Symbol, Symbols};
use crate::time::{Instant, Month};
use std::collections::BTreeMap;
use uuid::Uuid;

/// The month of every vCenter that was metered.
pub struct Timeline {
    month: Month,
    symbols: Symbols,
    meters: Vec<Uuid>,
    vcenters: BTreeMap<Uuid, Vcenter>,
}

/// A vCenter's part of a [`Timeline`].
#[derive(Clone, Copy)]
pub struct VcenterTimeline<'t> {
    /// Product id.
    pub id: Uuid,
    timeline: &'t Timeline,
    vcenter: &'t Vcenter,
}

/// A maximal span of a cluster's (`vsan_edition`, `vsan_used_gb`) while it has an edition (metering.md §3a).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ClusterSpan<'t> {
    /// The cluster's managed object reference.
    pub cluster: &'t str,
    /// As at `begin`.
    pub name: &'t str,
    /// The edition.
    pub edition: VsanEdition,
    /// Space in use, in millionths of a GB.
    pub used_micro_gb: u64,
    /// First instant.
    pub begin: Instant,
    /// The instant after the last.
    pub end: Instant,
    /// As in [`Row::open`].
    pub open: bool,
    /// The meter of the cluster statement in force at `begin`.
    pub meter: Uuid,
}

impl ClusterSpan<'_> {
    /// Use × time in millionths of a GB × milliseconds, exact.
    pub fn amount(&self) -> u128 {
        u128::from(self.used_micro_gb) * u128::from(self.end.0.abs_diff(self.begin.0))
    }
}

impl Timeline {
    pub(super) fn new(
        month: Month,
        symbols: Symbols,
        meters: Vec<Uuid>,
        mut vcenters: BTreeMap<Uuid, Vcenter>,
    ) -> Self {
        for vcenter in vcenters.values_mut() {
            let Vcenter { vms, clusters, spans, .. } = vcenter;
            spans.rows.sort_unstable_by_key(|span| (vms.key(span.vm), span.row.begin));
            let id = |span: &ClusterStretch| clusters.key(span.cluster).map(|id| symbols.text(id));
            spans.clusters.sort_unstable_by(|a, b| (id(a), a.stretch.begin).cmp(&(id(b), b.stretch.begin)));
        }
        Self { month, symbols, meters, vcenters }
    }

    /// The vCenters in the order of their ids.
    pub fn vcenters(&self) -> impl Iterator<Item = VcenterTimeline<'_>> {
        self.vcenters.iter().map(|(id, vcenter)| VcenterTimeline { id: *id, timeline: self, vcenter })
    }

    /// The month metered.
    pub fn month(&self) -> Month {
        self.month
    }

    fn meter(&self, number: u32) -> Uuid {
        self.meters.get(number as usize).copied().unwrap_or_default()
    }

    fn text(&self, symbol: Option<Symbol>) -> Option<&str> {
        symbol.map(|symbol| self.symbols.text(symbol))
    }
}

impl<'t> VcenterTimeline<'t> {
    /// Covered time and horizon.
    pub fn coverage(&self) -> &'t Coverage {
        &self.vcenter.coverage
    }

    /// The rows by VM and begin; reported or not. After a [`super::Checkpoint`] those that end at it or later.
    pub fn rows(self) -> impl ExactSizeIterator<Item = Row<'t>> {
        self.vcenter.spans.rows.iter().map(move |span| self.row(span))
    }

    /// The cluster spans by cluster and begin; after a checkpoint as [`Self::rows`].
    pub fn cluster_spans(self) -> impl ExactSizeIterator<Item = ClusterSpan<'t>> {
        self.vcenter.spans.clusters.iter().map(move |span| self.cluster_span(span))
    }

    /// How many rows the month has: those in [`Self::rows`], and those that ended before the checkpoint.
    pub fn row_count(&self) -> u64 {
        self.vcenter.tally.rows
    }

    /// Sums by the meter of each row or span, of the whole month.
    pub fn totals(self) -> BTreeMap<Uuid, Totals> {
        let by_meter = self.vcenter.tally.totals.iter();
        by_meter.map(|(meter, totals)| (self.timeline.meter(*meter), totals.clone())).collect()
    }

    fn row(&self, span: &RowSpan) -> Row<'t> {
        let (timeline, vcenter) = (self.timeline, self.vcenter);
        let (key, shown) = (span.row.key, span.row.shown);
        Row {
            vcenter: self.id,
            vm: vcenter.vms.key(span.vm).unwrap_or_default(),
            begin: span.row.begin,
            end: span.end,
            open: span.open,
            meter: timeline.meter(shown.meter),
            moid: timeline.symbols.text(shown.moid),
            vm_name: timeline.symbols.text(shown.name),
            guest_os: timeline.symbols.text(shown.guest_os),
            host: timeline.text(vcenter.hosts.id(key.host)).unwrap_or_default(),
            host_name: timeline.text(shown.host_name),
            cluster: timeline.text(key.cluster),
            org: timeline.text(key.org),
            license: key.license,
            license_key: timeline.text(shown.license_key),
            vcpus: key.vcpus,
            memory_mb: key.memory_mb,
            reserved_mb: key.reserved_mb,
            billed: key.billed,
            features: key.features,
        }
    }

    fn cluster_span(&self, span: &ClusterStretch) -> ClusterSpan<'t> {
        let (timeline, stretch) = (self.timeline, span.stretch);
        ClusterSpan {
            cluster: timeline.text(self.vcenter.clusters.key(span.cluster)).unwrap_or_default(),
            name: timeline.symbols.text(stretch.name),
            edition: stretch.edition,
            used_micro_gb: stretch.used_micro_gb,
            begin: stretch.begin,
            end: span.end,
            open: span.open,
            meter: timeline.meter(stretch.meter),
        }
    }
}
