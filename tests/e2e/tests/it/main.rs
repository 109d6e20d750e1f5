//! The service from the outside: files go in by HTTP, figures come out by HTTP.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "helpers of tests fail by panicking"
)]

mod audit;
mod authorization;
mod back_pressure;
mod bad_input;
mod cli;
mod conformance;
mod crash_points;
mod dead_letters;
mod edge;
mod exact;
mod forge;
mod invariants;
mod life;
mod logs;
mod restore;
mod resumable;
mod scale;
mod sign_in;
mod sockets;
mod tls;
mod verify;
