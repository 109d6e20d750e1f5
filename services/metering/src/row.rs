//! A VM History row (metering.md §2) as a view over the timeline that made it.

use crate::amount::{HalfMb, Micro};
use crate::features::FeatureSet;
use crate::record::License;
use crate::time::Instant;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// The license of a VM's host, or that no host is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum RowLicense {
    /// As the host states it.
    Known(License),
    /// The VM's host is not known at that instant: reported all the same.
    Unknown,
}

impl RowLicense {
    /// The name that rows print.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Known(license) => license.as_str(),
            Self::Unknown => "unknown",
        }
    }

    /// Perpetual and demo are metered, shown, and not reported.
    pub fn reported(self) -> bool {
        matches!(self, Self::Known(License::Rental) | Self::Unknown)
    }
}

/// A maximal span in which a VM is metered and nothing that matters to its bill changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Row<'t> {
    /// The vCenter's product id.
    pub vcenter: Uuid,
    /// Instance UUID.
    pub vm: Uuid,
    /// First instant.
    pub begin: Instant,
    /// The instant after the last.
    pub end: Instant,
    /// The VM runs on at `end`, which is the horizon or the month's end: with more evidence the row may grow.
    pub open: bool,
    /// The meter of the VM statement in force at `begin`.
    pub meter: Uuid,
    /// Managed object reference, as at `begin`.
    pub moid: &'t str,
    /// Name, as at `begin`.
    pub vm_name: &'t str,
    /// Guest OS, as at `begin`.
    pub guest_os: &'t str,
    /// The host that the VM names.
    pub host: &'t str,
    /// The host's name as at `begin`, while it is known.
    pub host_name: Option<&'t str>,
    /// The host's cluster.
    pub cluster: Option<&'t str>,
    /// The `vcd` claim's organization.
    pub org: Option<&'t str>,
    /// Of the host.
    pub license: RowLicense,
    /// The host's licence key as at `begin`, while it is known.
    pub license_key: Option<&'t str>,
    /// Virtual CPUs.
    pub vcpus: u32,
    /// Configured memory.
    pub memory_mb: u32,
    /// Reserved memory.
    pub reserved_mb: u32,
    /// Capped billed memory.
    pub billed: HalfMb,
    /// Features in use.
    pub features: FeatureSet,
}

impl Row<'_> {
    /// Whether the row counts on the bill.
    pub fn reported(&self) -> bool {
        self.license.reported()
    }

    /// `end` − `begin`.
    pub fn duration_ms(&self) -> u64 {
        self.end.0.abs_diff(self.begin.0)
    }

    /// Billed memory over the row's duration, as printed.
    pub fn mb_hours(&self) -> Micro {
        self.billed.mb_hours(self.duration_ms())
    }
}
