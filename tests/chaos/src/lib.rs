//! Fault tests: the whole service in separate processes, with files coming in, while everything that it stands on breaks
//! again and again. In the end the database is as if nothing had happened.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::missing_panics_doc,
    reason = "a test that cannot go on has failed"
)]

mod check;
pub mod disk;
mod driver;
mod fleet;
pub mod plan;
pub mod proxy;
pub mod random;
mod reader;
mod redeliver;
pub mod report;
pub mod run;
pub mod sender;
mod stack;
pub mod worlds;
