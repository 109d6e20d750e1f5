//! The service from the outside: files go in by HTTP, figures come out by HTTP.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "helpers of tests fail by panicking"
)]

mod audit;
mod authorization;
mod bad_input;
mod cli;
mod conformance;
mod edge;
mod exact;
mod forge;
mod invariants;
mod life;
mod logs;
mod scale;
mod sign_in;
mod tls;
