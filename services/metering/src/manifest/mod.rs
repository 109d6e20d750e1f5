//! `manifest.json`: what a file says it holds (usage-data.md §2).

mod head;
mod laws;
mod parse;
mod path;
mod tolerant;
mod values;

use std::fmt;

use uuid::Uuid;

use crate::time::{Instant, Month};

pub(crate) use parse::parse;
pub use path::entry_path;

/// The manifest of one file, checked against every rule of usage-data.md §2 that needs no other knowledge.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Manifest {
    /// The meter that wrote the file.
    pub meter_id: Uuid,
    /// The meter's own version, opaque.
    pub meter_version: String,
    /// How the meter delivers.
    pub mode: Mode,
    /// The month the file is about; for people, selects nothing.
    pub month: Month,
    /// Whether the month had not ended; for people, selects nothing.
    pub partial: bool,
    /// When the file was written; for people, selects nothing.
    pub exported_at: Instant,
    /// The products seen, ids unique.
    pub products: Vec<Product>,
    /// The collections in the manifest's order, identities and paths unique.
    pub collections: Vec<Collection>,
}

impl Manifest {
    /// The product of a collection or `None` for an id that is not listed.
    pub fn product(&self, id: Uuid) -> Option<&Product> {
        self.products.iter().find(|product| product.id == id)
    }
}

/// How a meter delivers its files.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Mode {
    /// A person carries the file.
    Offline,
    /// The meter uploads by itself.
    Online,
}

impl Mode {
    /// `offline` or `online`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Offline => "offline",
            Self::Online => "online",
        }
    }
}

/// A product instance that the meter watches.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Product {
    /// The product's own instance UUID: the same whichever meter sees it.
    pub id: Uuid,
    /// What it is.
    pub kind: ProductKind,
    /// The product's version, opaque.
    pub version: String,
    /// The product's name, opaque and possibly hashed.
    pub name: String,
}

/// The kinds of products of usage-data.md §2.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ProductKind {
    /// vCenter Server: hosts, VMs, clusters.
    Vcenter,
    /// Cloud Director.
    Vcd,
    /// NSX.
    Nsx,
    /// Aria Operations.
    AriaOperations,
    /// Network Insight.
    NetworkInsight,
    /// Tanzu.
    Tanzu,
    /// Site Recovery Manager.
    Srm,
}

impl ProductKind {
    /// Every kind.
    pub const ALL: [Self; 7] = [
        Self::Vcenter,
        Self::Vcd,
        Self::Nsx,
        Self::AriaOperations,
        Self::NetworkInsight,
        Self::Tanzu,
        Self::Srm,
    ];

    /// The kind as the manifest writes it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Vcenter => "vcenter",
            Self::Vcd => "vcd",
            Self::Nsx => "nsx",
            Self::AriaOperations => "aria-operations",
            Self::NetworkInsight => "network-insight",
            Self::Tanzu => "tanzu",
            Self::Srm => "srm",
        }
    }

    /// The kind that the manifest writes so.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == text)
    }
}

impl fmt::Display for ProductKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// What a collection is. Events sort before inventories, as metering.md §1.4 orders statements of one instant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum CollectionKind {
    /// The changes in `[from, to)`.
    Events,
    /// A full census at one instant.
    Inventory,
}

impl CollectionKind {
    /// `events` or `inventory`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Events => "events",
            Self::Inventory => "inventory",
        }
    }

    /// The kind that the manifest writes so.
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Events, Self::Inventory].into_iter().find(|kind| kind.as_str() == text)
    }
}

impl fmt::Display for CollectionKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// One collection as the manifest lists it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Collection {
    /// The archive entry that holds it.
    pub path: String,
    /// The product it is about, always one of the manifest's products.
    pub product_id: Uuid,
    /// Events or inventory.
    pub kind: CollectionKind,
    /// Its first instant.
    pub from: Instant,
    /// Its end, exclusive; equals `from` for an inventory.
    pub to: Instant,
    /// Lines of the inflated entry.
    pub records: u64,
    /// Bytes of the inflated entry.
    pub bytes: u64,
    /// SHA-256 of the inflated entry: its content in the sense of usage-data.md §2.
    pub sha256: [u8; 32],
}
