//! The short form of the fault tests, and what they are made of.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod plan;
mod proxy;
mod short;
