//! The door and the relay on a real PostgreSQL and RabbitMQ (`scripts/test` starts them).
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

mod accepted;
mod audit;
mod digests;
mod files;
mod limits;
mod meanwhile;
mod refused;
mod relay;
mod resumable;
mod signed;
mod who;
mod world;
