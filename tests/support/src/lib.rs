//! What tests of several crates share.

pub mod broker;
pub mod database;
pub mod tenants;
pub mod tls;
pub mod usage_file;
