//! The schema crate on a real PostgreSQL (`scripts/test` starts one).
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

mod bulk;
mod catalogue;
mod finishing;
mod identity;
mod meters;
mod migrations;
mod outbox;
mod roles;
mod schema_file;
mod scope;
mod small;
mod support;
mod tenancy;
mod uploads;
