//! The program as operators run it, on a real PostgreSQL and RabbitMQ (`scripts/test` starts them).
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

mod dead_letters;
mod limits_page;
mod openapi;
mod operator;
mod program;
mod roles;
mod seed;
