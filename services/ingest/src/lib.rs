//! The door for usage data files: receiving, checking and recording them, and the relay that publishes the outbox.
//!
//! An answer 2xx means: the bytes are on the disk under their digest, and the upload and its message are committed.
//! The broker is not asked for it: the outbox holds the message until [`relay`] gets it out.

mod answer;
mod blocking;
mod check;
mod checker;
mod door;
mod receive;
mod record;
pub mod relay;
mod state;
pub mod sweep;

pub use self::door::configure;
pub use self::state::{Door, DoorSettings};
