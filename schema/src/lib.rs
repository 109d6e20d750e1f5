//! The database: tables, migrations and every query of the service.
//!
//! No other crate names a table. A query function takes a [`Tx`] first, which only [`transaction`] makes and
//! which carries the [`Scope`] that the caller may see; reads filter by it, writes go to its one organization.
//! Row-level security is a second wall behind this one, never the first.
//!
//! Functions return `diesel::QueryResult`: what a missing row or a violated key means is the caller's to say.

#![deny(clippy::float_arithmetic)]

pub mod api_keys;
pub mod attempts;
pub mod audit;
pub mod bulk;
pub mod checkpoints;
pub mod clock;
pub mod contracts;
pub mod dead_letters;
pub mod evidence;
pub mod history;
pub mod idempotency;
pub mod identity;
pub mod leadership;
pub(crate) mod machinery;
pub mod messages;
pub mod meter_state;
pub mod meters;
pub mod migrations;
pub mod notices;
pub mod orders;
pub mod organizations;
pub mod outbox;
pub mod partner_settings;
pub mod rate_limits;
pub mod reports;
pub mod resumable_uploads;
pub mod roles;
pub mod runs;
pub(crate) mod schema;
pub mod scope;
pub mod types;
pub mod units;
pub mod uploads;
pub mod verifications;
pub mod visibility;

pub use scope::{MachineryToken, Scope, Tx, snapshot, transaction};
