//! The schema crate on a real PostgreSQL (`scripts/test` starts one).
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

mod accounts;
mod bulk;
mod catalogue;
mod external_identities;
mod finishing;
mod identity;
mod meters;
mod migrations;
mod outbox;
mod rate_limits;
mod revocation;
mod roles;
mod row_security;
mod schema_file;
mod scope;
mod signatures;
mod small;
mod support;
mod tenancy;
mod uploads;
