//! The API through its real router, on a real PostgreSQL.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that cannot go on has failed"
)]

mod api_keys;
mod audit;
mod clock;
mod data;
mod dead_letters;
mod document;
mod formulas;
mod http;
mod idor;
mod isolation;
mod lock_out;
mod mass_assignment;
mod meter_changes;
mod meter_tokens;
mod meters;
mod monthly_usage;
mod notices;
mod oidc;
mod order;
mod orders;
mod organizations;
mod paging;
mod partner_settings;
mod passwords;
mod refusals;
mod rights;
mod runs;
mod sign_in;
mod tables;
mod uploads;
mod users;
mod vm_history;
mod world;
