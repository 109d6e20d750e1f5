//! The usage data format, and the metering of what it holds: pure functions over bytes, without database,
//! network or clock (docs/spec/usage-data.md, docs/spec/metering.md).
//!
//! Reading: [`UsageFile::open`] judges a file as a whole, [`inflate`] and [`records`] read its collections one by
//! one. Metering: [`Metering::run`] folds a month's pieces of evidence into rows, [`report::lines`] makes report
//! lines of their sums, [`compute`] does both on files alone.

#![deny(clippy::float_arithmetic)]

mod amount;
mod archive;
mod catalogue;
mod compute;
pub mod evidence;
mod features;
mod file;
mod kinds;
mod limits;
mod lower_uuid;
mod manifest;
mod record;
mod refusal;
pub mod report;
mod row;
mod symbols;
mod time;
mod timeline;

pub use amount::{HalfMb, MICRO, Micro, half_up, hours};
pub use archive::{Location, Method, ReadAt, UnknownMethod};
pub use catalogue::Catalogue;
pub use compute::{Computed, Progress, compute};
pub use features::FeatureSet;
pub use file::{UsageFile, from_the_future, inflate};
pub use kinds::keeps_kinds;
pub use limits::Limits;
pub use manifest::{Collection, CollectionKind, Manifest, Mode, Product, ProductKind, entry_path};
pub use record::{
    Claim, Cluster, Connection, Feature, Host, License, Line, ObjectId, Power, Statement, Vm, VsanEdition,
    records,
};
pub use refusal::{Code, ReadError, Refusal, Refusals};
pub use row::{Row, RowLicense};
pub use time::{DAY_MS, HOUR_MS, Instant, LEAD_IN_MS, Month, NotAMonth};
pub use timeline::{
    Beginning, Checkpoint, ClusterSpan, Continued, Metering, PieceError, Sources, Timeline,
    UnreadableCheckpoint, VcenterTimeline, worth_keeping,
};
