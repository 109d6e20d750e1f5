//! The door for usage data files: receiving, checking and recording them, and the relay that publishes the outbox.
//!
//! An answer 2xx means: the bytes are on the disk under their digest, and the upload and its message are committed.
//! The broker is not asked for it: the outbox holds the message until [`relay`] gets it out.

#![allow(unexpected_cfgs, reason = "cargo-fuzz sets `fuzzing`")]

mod answer;
mod blocking;
mod check;
mod checker;
mod digest;
mod door;
mod first;
#[cfg(any(test, fuzzing))]
pub mod fuzzing;
mod places;
mod receive;
mod record;
pub mod relay;
mod resumable;
mod state;
pub mod sweep;

use utoipa_actix_web::service_config::ServiceConfig;

pub use self::state::{Door, DoorSettings};

/// Adds the doors: for files as a whole, and for files that come in parts.
pub fn configure(cfg: &mut ServiceConfig<'_>) {
    door::configure(cfg);
    resumable::configure(cfg);
}
