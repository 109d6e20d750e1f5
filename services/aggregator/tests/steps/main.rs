//! Register, meter and compose on a real database, message by message, in the order that a test chooses.
#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests fail by panicking")]

mod bench;
mod crowd;
mod dead_letters;
mod incremental;
mod locks;
mod order_of_receipt;
mod registration;
mod store_away;
mod verify;
mod versions;
mod workers;
