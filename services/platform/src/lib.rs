//! What every role of the service stands on: configuration, clock, telemetry, problem answers, the
//! database pool, the broker's topology, the blob store, and who may do what.
//!
//! Three rules live here and nowhere else: [`clock`] alone asks what time it is, [`broker`] alone names
//! queues, and [`db`] alone makes the scope that works across tenants.

pub mod address;
pub mod audit;
pub mod auth;
pub mod broker;
pub mod calendar;
pub mod clock;
pub mod config;
pub mod cors;
pub mod db;
pub mod durable;
pub mod health;
pub mod idempotency;
pub mod limits;
pub mod problem;
pub mod security_headers;
pub mod sockets;
pub mod stop;
pub mod store;
pub mod telemetry;
pub mod tls;
pub mod wire;
