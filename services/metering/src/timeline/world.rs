//! All vCenters of one metering, and the products that claim VMs of them.

use super::decode::{Change, Entry, decode};
use super::merge::Run;
use super::result::Timeline;
use super::state::Saved;
use super::vcenter::Vcenter;
use super::{PieceError, Sources};
use crate::catalogue::Catalogue;
use crate::evidence::{Coverage, Piece, reaches_window};
use crate::file::inflate;
use crate::limits::Limits;
use crate::manifest::CollectionKind;
use crate::symbols::Symbols;
use crate::time::{Instant, Month};
use hashbrown::HashMap;
use std::collections::BTreeMap;
use uuid::Uuid;

pub(super) struct World {
    month: Month,
    cap_mb: u32,
    symbols: Symbols,
    meters: Vec<Uuid>,
    vcenters: BTreeMap<Uuid, Vcenter>,
    /// Censuses so far of each product that is no vCenter.
    censuses: HashMap<Uuid, u32>,
    /// The instant being applied, no earlier than M0: what the lead-in states is evaluated there once.
    at: Instant,
    /// What is stated before it is known already.
    begin: Instant,
    buffer: Vec<u8>,
}

impl World {
    pub fn new(month: Month, catalogue: Catalogue, coverage: BTreeMap<Uuid, Coverage>) -> Self {
        let vcenter = |coverage: Coverage| {
            let end = coverage.horizon.min(month.end());
            Vcenter::new(coverage, end)
        };
        Self {
            month,
            cap_mb: catalogue.vram_cap_mb,
            symbols: Symbols::default(),
            meters: Vec::new(),
            vcenters: coverage.into_iter().map(|(id, coverage)| (id, vcenter(coverage))).collect(),
            censuses: HashMap::new(),
            at: month.begin(),
            begin: month.evidence_begin(),
            buffer: Vec::new(),
        }
    }

    /// Whether a piece can state something that is not known already about what is metered.
    pub fn wants(&self, piece: &Piece) -> bool {
        let collection = &piece.collection;
        reaches_window(self.begin..self.month.end(), collection.kind, collection.from, collection.to)
            && (!piece.is_own() || self.vcenters.contains_key(&collection.product_id))
    }

    /// Goes on from a checkpoint of its one vCenter.
    pub fn resume(&mut self, at: Instant, saved: Saved) {
        (self.at, self.begin) = (at, at);
        if let Some(vcenter) = self.vcenters.values_mut().next() {
            self.meters = saved.restore(vcenter, &mut self.symbols);
        }
    }

    /// The state of its one vCenter before `at`, to which everything earlier has been applied.
    pub fn save(&mut self, at: Instant) -> Option<Saved> {
        self.settle();
        self.at = at;
        let vcenter = self.vcenters.values_mut().next()?;
        vcenter.tally.count(&vcenter.spans);
        Some(Saved::of(vcenter, &self.symbols, &self.meters))
    }

    /// Reads a piece's statements within the month's evidence window.
    pub fn decode<S: Sources>(
        &mut self,
        piece: &Piece,
        sources: &S,
        limits: &Limits,
    ) -> Result<Vec<Entry>, PieceError> {
        let failed = |error| PieceError { source_index: piece.source, error };
        let source = sources.open(piece.source).map_err(|error| failed(error.into()))?;
        inflate(&source, &piece.location, &piece.collection, limits, &mut self.buffer).map_err(failed)?;
        let window = self.begin..self.month.end();
        decode(&self.buffer, piece, &window, limits, &mut self.symbols)
            .map_err(|refusals| failed(refusals.into()))
    }

    /// Applies a run; runs come in the order of metering.md §1.4.
    pub fn apply(&mut self, run: &Run<'_>) {
        let at = run.at.max(self.month.begin());
        if at > self.at {
            self.settle();
            self.at = at;
        }
        let census = run.piece.collection.kind == CollectionKind::Inventory;
        if run.piece.is_own() { self.apply_own(run, census) } else { self.apply_claims(run, census) }
    }

    fn apply_own(&mut self, run: &Run<'_>, census: bool) {
        let meter = self.meter(run.piece.meter);
        let Some(vcenter) = self.vcenters.get_mut(&run.piece.collection.product_id) else { return };
        if self.at >= vcenter.end {
            return;
        }
        if census {
            vcenter.begin_census();
        }
        for entry in run.entries {
            match entry.change {
                Change::Vm(id, state) => vcenter.state_vm(id, state, meter),
                Change::VmGone(id) => vcenter.remove_vm(id),
                Change::Host(id, state) => vcenter.state_host(id, Some(state)),
                Change::HostGone(id) => vcenter.state_host(id, None),
                Change::Cluster(id, state) => vcenter.state_cluster(id, Some((state, meter))),
                Change::ClusterGone(id) => vcenter.state_cluster(id, None),
                Change::Claim { .. } => {}
            }
        }
        if census {
            vcenter.end_census();
        }
    }

    fn apply_claims(&mut self, run: &Run<'_>, census: bool) {
        let product = run.piece.collection.product_id;
        let number = self.censuses.entry(product).or_default();
        *number += u32::from(census);
        let number = *number;
        let at = self.at;
        for entry in run.entries {
            let Change::Claim { vcenter, vm, feature, in_use, org } = entry.change else { continue };
            if let Some(vcenter) = self.vcenters.get_mut(&vcenter).filter(|vcenter| at < vcenter.end) {
                vcenter.state_claim(vm, (product, number), (feature, in_use), org);
            }
        }
        if census {
            let metered = self.vcenters.values_mut().filter(|vcenter| at < vcenter.end);
            metered.for_each(|vcenter| vcenter.end_claims_census(product, number));
        }
    }

    fn settle(&mut self) {
        let metered = self.vcenters.values_mut().filter(|vcenter| self.at < vcenter.end);
        metered.for_each(|vcenter| vcenter.settle(self.at, self.cap_mb));
    }

    pub fn finish(mut self) -> Timeline {
        self.settle();
        self.vcenters.values_mut().for_each(Vcenter::close);
        Timeline::new(self.month, self.symbols, self.meters, self.vcenters)
    }

    /// A meter's number; a vCenter has few.
    fn meter(&mut self, id: Uuid) -> u32 {
        let found = self.meters.iter().position(|meter| *meter == id);
        let number = found.unwrap_or_else(|| {
            self.meters.push(id);
            self.meters.len() - 1
        });
        u32::try_from(number).unwrap_or(u32::MAX)
    }
}
