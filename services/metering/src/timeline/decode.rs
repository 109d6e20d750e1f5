//! A collection's bytes as compact changes.

use crate::evidence::Piece;
use crate::limits::Limits;
use crate::record::{Feature, License, Line, ObjectId, Power, Statement, VsanEdition, records};
use crate::refusal::Refusals;
use crate::symbols::{Symbol, Symbols};
use crate::time::Instant;
use serde::{Deserialize, Serialize};
use std::ops::Range;
use uuid::Uuid;

/// One statement, its texts interned.
pub(super) struct Entry {
    pub at: Instant,
    pub change: Change,
}

pub(super) enum Change {
    Vm(Uuid, VmState),
    Host(Symbol, HostState),
    Cluster(Symbol, ClusterState),
    VmGone(Uuid),
    HostGone(Symbol),
    ClusterGone(Symbol),
    Claim { vcenter: Uuid, vm: Uuid, feature: Feature, in_use: bool, org: Option<Symbol> },
}

/// A VM as stated.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct VmState {
    pub moid: Symbol,
    pub name: Symbol,
    pub guest_os: Symbol,
    pub host: Symbol,
    pub on: bool,
    pub vcpus: u32,
    pub memory_mb: u32,
    pub reserved_mb: u32,
}

/// What of a host matters to rows.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct HostState {
    pub name: Symbol,
    pub cluster: Option<Symbol>,
    pub license: License,
    pub license_key: Symbol,
}

/// A cluster as stated.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct ClusterState {
    pub name: Symbol,
    pub vsan: Option<(VsanEdition, u64)>,
}

/// The statements of `bytes` within `window`, sorted by instant and, within one, by line.
pub(super) fn decode(
    bytes: &[u8],
    piece: &Piece,
    window: &Range<Instant>,
    limits: &Limits,
    symbols: &mut Symbols,
) -> Result<Vec<Entry>, Refusals> {
    let mut entries = Vec::new();
    records(bytes, &piece.collection, piece.product_kind, limits, |line| {
        if window.contains(&line.at) {
            entries.push(Entry { at: line.at, change: change(line, symbols) });
        }
    })?;
    // Stable: lines of one instant keep their order.
    entries.sort_by_key(|entry: &Entry| entry.at);
    Ok(entries)
}

fn change(line: &Line<'_>, symbols: &mut Symbols) -> Change {
    match &line.statement {
        Statement::Vm(vm) => Change::Vm(
            vm.id,
            VmState {
                moid: symbols.intern(&vm.moid),
                name: symbols.intern(&vm.name),
                guest_os: symbols.intern(&vm.guest_os),
                host: symbols.intern(&vm.host),
                on: vm.power == Power::On,
                vcpus: vm.vcpus,
                memory_mb: vm.memory_mb,
                reserved_mb: vm.reserved_mb,
            },
        ),
        Statement::Host(host) => Change::Host(
            symbols.intern(&host.id),
            HostState {
                name: symbols.intern(&host.name),
                cluster: host.cluster.as_deref().map(|cluster| symbols.intern(cluster)),
                license: host.license,
                license_key: symbols.intern(&host.license_key),
            },
        ),
        Statement::Cluster(cluster) => Change::Cluster(
            symbols.intern(&cluster.id),
            ClusterState {
                name: symbols.intern(&cluster.name),
                vsan: cluster.vsan_edition.map(|edition| (edition, cluster.vsan_used_micro_gb)),
            },
        ),
        Statement::Removed(ObjectId::Vm(id)) => Change::VmGone(*id),
        Statement::Removed(ObjectId::Host(id)) => Change::HostGone(symbols.intern(id)),
        Statement::Removed(ObjectId::Cluster(id)) => Change::ClusterGone(symbols.intern(id)),
        Statement::Feature(claim) => Change::Claim {
            vcenter: claim.vcenter,
            vm: claim.vm,
            feature: claim.feature,
            in_use: claim.in_use,
            org: claim.org.as_deref().map(|org| symbols.intern(org)),
        },
    }
}
