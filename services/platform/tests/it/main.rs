//! The platform on a real PostgreSQL and RabbitMQ (`scripts/test` starts them).
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

mod address;
mod api_keys;
mod audit;
mod auth;
mod broker;
mod clock;
mod config;
mod db;
mod edge;
mod health;
mod jwt_attacks;
mod limits;
mod order;
mod problem;
mod proxy;
mod rights;
mod store;
mod support;
mod telemetry;
mod tls;
