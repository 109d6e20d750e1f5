//! The lines of a collection (usage-data.md §3): one JSON object each, the full state of one object.

mod fault;
mod feature;
mod fields;
mod lines;
mod number;
mod scan;
mod slots;
mod statement;
mod text;
mod words;

use std::borrow::Cow;

use uuid::Uuid;

use crate::time::Instant;

pub use feature::Feature;
pub use lines::records;
pub(crate) use words::ObjectKind;
pub use words::{Connection, License, Power, VsanEdition};

/// One record with its place in the collection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line<'a> {
    /// The line, counted from 1.
    pub number: u64,
    /// The instant from which the statement holds.
    pub at: Instant,
    /// What it states.
    pub statement: Statement<'a>,
}

/// The full state of one object from [`Line::at`] on. Texts borrow from the entry unless the JSON has escapes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Statement<'a> {
    /// A host of a vCenter.
    Host(Host<'a>),
    /// A virtual machine of a vCenter.
    Vm(Vm<'a>),
    /// A cluster of a vCenter.
    Cluster(Cluster<'a>),
    /// An object of a vCenter that is gone.
    Removed(ObjectId<'a>),
    /// A claim of another product on a VM.
    Feature(Claim<'a>),
}

/// A host's state.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Host<'a> {
    /// The managed object reference in its vCenter.
    pub id: Cow<'a, str>,
    /// Opaque.
    pub name: Cow<'a, str>,
    /// The reference of its cluster, if it is in one.
    pub cluster: Option<Cow<'a, str>>,
    /// How the host is licensed.
    pub license: License,
    /// Opaque.
    pub license_key: Cow<'a, str>,
    /// Whether vCenter reaches it.
    pub connection: Connection,
    /// Sockets.
    pub sockets: u32,
    /// Cores of all sockets.
    pub cores: u32,
    /// Memory in MB.
    pub memory_mb: u32,
}

/// A virtual machine's state.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Vm<'a> {
    /// The instance UUID.
    pub id: Uuid,
    /// The managed object reference in its vCenter.
    pub moid: Cow<'a, str>,
    /// Opaque.
    pub name: Cow<'a, str>,
    /// The reference of its host, which need not be known.
    pub host: Cow<'a, str>,
    /// Whether it runs.
    pub power: Power,
    /// Virtual CPUs.
    pub vcpus: u32,
    /// Configured memory in MB.
    pub memory_mb: u32,
    /// Reserved memory in MB, at most `memory_mb`.
    pub reserved_mb: u32,
    /// Opaque.
    pub guest_os: Cow<'a, str>,
}

/// A cluster's state.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cluster<'a> {
    /// The managed object reference in its vCenter.
    pub id: Cow<'a, str>,
    /// Opaque.
    pub name: Cow<'a, str>,
    /// The vSAN edition, if vSAN is in use.
    pub vsan_edition: Option<VsanEdition>,
    /// vSAN space in use, in millionths of a GB, below 10^15.
    pub vsan_used_micro_gb: u64,
}

/// A claim: whether a product's feature is in use by a VM.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claim<'a> {
    /// The product id of the VM's vCenter.
    pub vcenter: Uuid,
    /// The VM's instance UUID; the VM need not be known.
    pub vm: Uuid,
    /// The feature, one of the product's own kind.
    pub feature: Feature,
    /// Always true in an inventory.
    pub in_use: bool,
    /// The tenant's organization; [`Feature::Vcd`] only.
    pub org: Option<Cow<'a, str>>,
}

/// Which object was removed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ObjectId<'a> {
    /// A VM by its instance UUID.
    Vm(Uuid),
    /// A host by its reference.
    Host(Cow<'a, str>),
    /// A cluster by its reference.
    Cluster(Cow<'a, str>),
}
