//! The whole service as processes, for tests from the outside: real binaries, a real database, a real broker.
//!
//! Each [`Service`] has a database, a namespace on the broker, a store folder and ports of its own, so that tests
//! run beside each other. One service may serve many cases that differ by organization or meter; a test that moves
//! the clock has one to itself.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::missing_panics_doc,
    clippy::return_self_not_must_use,
    reason = "a test that cannot go on has failed"
)]

mod answer;
mod broker;
mod client;
mod figures;
pub mod large_files;
mod memory;
mod process;
mod program;
mod service;
mod wait;

pub use answer::Answer;
pub use broker::Namespace;
pub use client::{Client, text, trust};
pub use figures::{Table, TableRow, lines, table};
pub use memory::Memory;
pub use process::Process;
pub use program::program;
pub use service::{Role, Service};
pub use test_support::state::State;
pub use wait::{until, until_within};

/// Of all demo users.
pub const PASSWORD: &str = "demo-password";

/// The workspace's test data.
pub fn data(path: &str) -> std::path::PathBuf {
    std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../data").join(path)
}

/// A file of JSON.
pub fn read_json(path: &std::path::Path) -> serde_json::Value {
    let bytes = std::fs::read(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    serde_json::from_slice(&bytes).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// An instant so many days from now by the machine's clock, as requests have it.
pub fn in_days(days: i64) -> String {
    let now = platform::clock::Clock::machine().machine_now();
    (now + chrono::TimeDelta::days(days)).to_rfc3339()
}
