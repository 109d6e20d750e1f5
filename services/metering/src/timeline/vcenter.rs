//! One vCenter's objects: statements change them and mark the VMs that may look different (metering.md §1).

use super::claims::Claims;
use super::decode::{ClusterState, HostState, VmState};
use super::hosts::{Hosts, Place};
use super::slots::Slots;
use super::spans::{OpenCluster, OpenRow, Spans};
use super::tally::Tally;
use crate::evidence::Coverage;
use crate::record::Feature;
use crate::symbols::Symbol;
use crate::time::Instant;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// The state of a vCenter at one instant, and the spans up to it.
pub(super) struct Vcenter {
    pub coverage: Coverage,
    /// min(horizon, M1): nothing is metered from here on.
    pub end: Instant,
    pub vms: Slots<Uuid, Vm>,
    pub hosts: Hosts,
    pub clusters: Slots<Symbol, Cluster>,
    pub spans: Spans,
    /// Of what has ended, also before the checkpoint that the metering began at.
    pub tally: Tally,
    /// VMs to evaluate when the instant is complete; each once.
    touched: Vec<u32>,
    touched_clusters: Vec<u32>,
    census: u32,
}

/// A VM as far as it is known: a claim may come before the VM.
#[derive(Clone, Default, Serialize, Deserialize)]
pub(super) struct Vm {
    pub stated: Option<Stated>,
    pub claims: Claims,
    pub open: Option<OpenRow>,
    #[serde(skip)]
    census: u32,
    #[serde(skip)]
    touched: bool,
}

/// A VM's statement in force.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Stated {
    pub state: VmState,
    pub meter: u32,
    pub place: Place,
}

#[derive(Clone, Copy, Default, Serialize, Deserialize)]
pub(super) struct Cluster {
    /// With the meter that stated it.
    pub stated: Option<(ClusterState, u32)>,
    pub open: Option<OpenCluster>,
    #[serde(skip)]
    census: u32,
    #[serde(skip)]
    touched: bool,
}

impl Vcenter {
    pub fn new(coverage: Coverage, end: Instant) -> Self {
        Self {
            coverage,
            end,
            vms: Slots::default(),
            hosts: Hosts::default(),
            clusters: Slots::default(),
            spans: Spans::default(),
            tally: Tally::default(),
            touched: Vec::new(),
            touched_clusters: Vec::new(),
            census: 0,
        }
    }

    /// Takes in a VM of a checkpoint, of which nothing is there yet.
    pub fn restore_vm(&mut self, id: Uuid, vm: Vm) {
        let number = self.vms.number(id);
        let place = vm.stated.map(|stated| self.hosts.enter(stated.place.host, number));
        let Some(slot) = self.vms.get_mut(number) else { return };
        *slot = vm;
        if let (Some(stated), Some(place)) = (&mut slot.stated, place) {
            stated.place = place;
        }
    }

    /// Takes in a cluster of a checkpoint.
    pub fn restore_cluster(&mut self, id: Symbol, cluster: Cluster) {
        let number = self.clusters.number(id);
        if let Some(slot) = self.clusters.get_mut(number) {
            *slot = cluster;
        }
    }

    pub fn state_vm(&mut self, id: Uuid, state: VmState, meter: u32) {
        let number = self.vms.number(id);
        let before = self.vms.get(number).and_then(|vm| vm.stated);
        let place = match before {
            Some(before) if before.state.host == state.host => before.place,
            _ => {
                self.leave_host(before);
                let host = self.hosts.number(state.host);
                self.hosts.enter(host, number)
            }
        };
        let census = self.census;
        let Some(vm) = self.vms.get_mut(number) else { return };
        vm.census = census;
        vm.stated = Some(Stated { state, meter, place });
        // Names and meter break no row: they are read when one begins.
        let visible = |s: VmState| (s.on, s.host, s.vcpus, s.memory_mb, s.reserved_mb);
        if before.is_none_or(|before| visible(before.state) != visible(state)) {
            self.touch(number);
        }
    }

    pub fn remove_vm(&mut self, id: Uuid) {
        let number = self.vms.number(id);
        self.forget_vm(number);
    }

    fn forget_vm(&mut self, number: u32) {
        let Some(before) = self.vms.get_mut(number).and_then(|vm| vm.stated.take()) else { return };
        self.leave_host(Some(before));
        self.touch(number);
    }

    fn leave_host(&mut self, stated: Option<Stated>) {
        let Some(Stated { place, .. }) = stated else { return };
        let moved = self.hosts.leave(place).and_then(|vm| self.vms.get_mut(vm));
        if let Some(stated) = moved.and_then(|vm| vm.stated.as_mut()) {
            stated.place = place;
        }
    }

    pub fn state_host(&mut self, id: Symbol, state: Option<HostState>) {
        let mut vms = std::mem::take(&mut self.touched);
        let listed = vms.len();
        vms.extend_from_slice(self.hosts.set(id, state, self.census));
        self.merge_touched(vms, listed);
    }

    pub fn state_cluster(&mut self, id: Symbol, stated: Option<(ClusterState, u32)>) {
        let number = self.clusters.number(id);
        let census = self.census;
        if let Some(cluster) = self.clusters.get_mut(number) {
            cluster.census = census;
            cluster.stated = stated;
        }
        self.touch_cluster(number);
    }

    pub fn state_claim(
        &mut self,
        vm: Uuid,
        (product, census): (Uuid, u32),
        (feature, in_use): (Feature, bool),
        org: Option<Symbol>,
    ) {
        let number = self.vms.number(vm);
        let changed =
            self.vms.get_mut(number).is_some_and(|vm| vm.claims.state(product, feature, in_use, org, census));
        if changed {
            self.touch(number);
        }
    }

    /// A census of this vCenter begins: what it does not list is absent from now on.
    pub fn begin_census(&mut self) {
        self.census += 1;
    }

    /// A census of this vCenter is complete.
    pub fn end_census(&mut self) {
        for number in 0..self.vms.len() {
            if self.vms.get(number).is_some_and(|vm| vm.stated.is_some() && vm.census != self.census) {
                self.forget_vm(number);
            }
        }
        for number in 0..self.clusters.len() {
            let absent = |cluster: &&mut Cluster| cluster.stated.is_some() && cluster.census != self.census;
            if let Some(cluster) = self.clusters.get_mut(number).filter(absent) {
                cluster.stated = None;
                self.touch_cluster(number);
            }
        }
        let mut vms = std::mem::take(&mut self.touched);
        let listed = vms.len();
        self.hosts.sweep(self.census, &mut vms);
        self.merge_touched(vms, listed);
    }

    /// A census of another product is complete: its claims on VMs of this vCenter that it did not list end.
    pub fn end_claims_census(&mut self, product: Uuid, census: u32) {
        for number in 0..self.vms.len() {
            if self.vms.get_mut(number).is_some_and(|vm| vm.claims.sweep(product, census)) {
                self.touch(number);
            }
        }
    }

    fn touch(&mut self, number: u32) {
        if let Some(vm) = self.vms.get_mut(number)
            && !std::mem::replace(&mut vm.touched, true)
        {
            self.touched.push(number);
        }
    }

    /// `vms` holds the touched VMs and, behind the first `listed`, more of which some are touched already.
    fn merge_touched(&mut self, mut vms: Vec<u32>, listed: usize) {
        let more = vms.split_off(listed);
        self.touched = vms;
        for vm in more {
            self.touch(vm);
        }
    }

    fn touch_cluster(&mut self, number: u32) {
        if let Some(cluster) = self.clusters.get_mut(number)
            && !std::mem::replace(&mut cluster.touched, true)
        {
            self.touched_clusters.push(number);
        }
    }

    /// The instant is complete: evaluates what it touched.
    pub fn settle(&mut self, at: Instant, cap_mb: u32) {
        let mut touched = std::mem::take(&mut self.touched);
        for number in touched.drain(..) {
            if let Some(vm) = self.vms.get_mut(number) {
                vm.touched = false;
                self.spans.evaluate_vm(number, vm, &self.hosts, at, cap_mb);
            }
        }
        self.touched = touched;
        let mut touched = std::mem::take(&mut self.touched_clusters);
        for number in touched.drain(..) {
            if let Some(cluster) = self.clusters.get_mut(number) {
                cluster.touched = false;
                self.spans.evaluate_cluster(number, cluster, at);
            }
        }
        self.touched_clusters = touched;
    }

    /// Ends everything that still runs at the end of what is metered.
    pub fn close(&mut self) {
        let end = self.end;
        for (number, vm) in self.vms.iter_mut() {
            self.spans.close_vm(number, vm, end);
        }
        for (number, cluster) in self.clusters.iter_mut() {
            self.spans.close_cluster(number, cluster, end);
        }
        self.tally.count(&self.spans);
    }
}
