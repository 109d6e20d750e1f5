//! Rows and cluster spans: maximal stretches in which nothing that matters changes (metering.md §2, §3a).

use super::hosts::Hosts;
use super::vcenter::{Cluster, Vm};
use crate::amount::HalfMb;
use crate::features::FeatureSet;
use crate::record::VsanEdition;
use crate::row::RowLicense;
use crate::symbols::Symbol;
use crate::time::Instant;
use serde::{Deserialize, Serialize};

/// What has ended so far, in the order of ending.
#[derive(Default)]
pub(super) struct Spans {
    pub rows: Vec<RowSpan>,
    pub clusters: Vec<ClusterStretch>,
}

/// A finished row.
#[derive(Clone, Copy)]
pub(super) struct RowSpan {
    pub vm: u32,
    pub end: Instant,
    /// It did not end by a change but at the end of what is metered.
    pub open: bool,
    pub row: OpenRow,
}

/// A row that has begun.
#[derive(Clone, Copy, Serialize, Deserialize)]
pub(super) struct OpenRow {
    pub begin: Instant,
    pub key: RowKey,
    pub shown: Shown,
}

/// What breaks a row.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct RowKey {
    pub memory_mb: u32,
    pub reserved_mb: u32,
    pub vcpus: u32,
    pub host: u32,
    pub cluster: Option<Symbol>,
    pub license: RowLicense,
    pub org: Option<Symbol>,
    pub features: FeatureSet,
    pub billed: HalfMb,
}

/// What a row shows as it was at its begin.
#[derive(Clone, Copy, Serialize, Deserialize)]
pub(super) struct Shown {
    pub meter: u32,
    pub moid: Symbol,
    pub name: Symbol,
    pub guest_os: Symbol,
    pub host_name: Option<Symbol>,
    pub license_key: Option<Symbol>,
}

/// A finished cluster span.
pub(super) struct ClusterStretch {
    pub cluster: u32,
    pub end: Instant,
    pub open: bool,
    pub stretch: OpenCluster,
}

/// A cluster span that has begun.
#[derive(Clone, Copy, Serialize, Deserialize)]
pub(super) struct OpenCluster {
    pub begin: Instant,
    pub edition: VsanEdition,
    pub used_micro_gb: u64,
    pub name: Symbol,
    pub meter: u32,
}

impl Spans {
    /// Ends the VM's row at `at` when it looks different from then on, and begins the next while it is metered.
    pub fn evaluate_vm(&mut self, number: u32, vm: &mut Vm, hosts: &Hosts, at: Instant, cap_mb: u32) {
        let now = looks(vm, hosts, cap_mb);
        if vm.open.map(|open| open.key) == now.map(|(key, _)| key) {
            return;
        }
        if let Some(row) = vm.open.take() {
            self.rows.push(RowSpan { vm: number, end: at, open: false, row });
        }
        vm.open = now.map(|(key, shown)| OpenRow { begin: at, key, shown });
    }

    /// The same for a cluster's edition and use.
    pub fn evaluate_cluster(&mut self, number: u32, cluster: &mut Cluster, at: Instant) {
        let now = cluster.stated.and_then(|(state, meter)| {
            let (edition, used_micro_gb) = state.vsan?;
            Some(OpenCluster { begin: at, edition, used_micro_gb, name: state.name, meter })
        });
        let key = |span: OpenCluster| (span.edition, span.used_micro_gb);
        if cluster.open.map(key) == now.map(key) {
            return;
        }
        if let Some(stretch) = cluster.open.take() {
            self.clusters.push(ClusterStretch { cluster: number, end: at, open: false, stretch });
        }
        cluster.open = now;
    }

    /// Ends the VM's row, if it has one, where metering ends.
    pub fn close_vm(&mut self, number: u32, vm: &mut Vm, end: Instant) {
        if let Some(row) = vm.open.take() {
            self.rows.push(RowSpan { vm: number, end, open: true, row });
        }
    }

    /// Ends the cluster's span, if it has one, where metering ends.
    pub fn close_cluster(&mut self, number: u32, cluster: &mut Cluster, end: Instant) {
        if let Some(stretch) = cluster.open.take() {
            self.clusters.push(ClusterStretch { cluster: number, end, open: true, stretch });
        }
    }
}

/// What the VM's row says from now on; `None` while the VM is not metered.
fn looks(vm: &Vm, hosts: &Hosts, cap_mb: u32) -> Option<(RowKey, Shown)> {
    let stated = vm.stated.filter(|stated| stated.state.on)?;
    let state = stated.state;
    let host = hosts.state(stated.place.host);
    let key = RowKey {
        memory_mb: state.memory_mb,
        reserved_mb: state.reserved_mb,
        vcpus: state.vcpus,
        host: stated.place.host,
        cluster: host.and_then(|host| host.cluster),
        license: host.map_or(RowLicense::Unknown, |host| RowLicense::Known(host.license)),
        org: vm.claims.org(),
        features: vm.claims.features(),
        billed: HalfMb::billed(state.memory_mb, state.reserved_mb, cap_mb),
    };
    let shown = Shown {
        meter: stated.meter,
        moid: state.moid,
        name: state.name,
        guest_os: state.guest_os,
        host_name: host.map(|host| host.name),
        license_key: host.map(|host| host.license_key),
    };
    Some((key, shown))
}
