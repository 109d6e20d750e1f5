//! What tests of several crates share.

pub mod activity;
pub mod broker;
pub mod database;
pub mod state;
pub mod tenants;
pub mod tls;
pub mod usage_file;
