//! The API through its real router, on a real PostgreSQL.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that cannot go on has failed"
)]

mod clock;
mod data;
mod document;
mod http;
mod isolation;
mod meters;
mod monthly_usage;
mod orders;
mod paging;
mod rights;
mod runs;
mod sign_in;
mod tables;
mod uploads;
mod vm_history;
mod world;
