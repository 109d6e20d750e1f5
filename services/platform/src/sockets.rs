//! What holds the API's sockets to their limits, each against who takes a place and does nothing with it.
//!
//! The framework times the first head of a connection and its keep-alive. The rest is here: [`Socket`] ends a connection
//! whose later heads trickle in, that asks for nothing, or whose reader does not read; [`guard_requests`] ends bodies
//! that trickle in and requests that take too long; [`Places`] counts connections and requests, by whom.

mod body_in;
mod body_out;
mod guard;
mod link;
mod patience;
mod places;
mod requests;
mod socket;

pub use self::guard::{RequestGuard, guard_requests};
pub use self::link::Link;
pub use self::places::{Full, Place, Places};
pub use self::socket::{Socket, SocketLimits};
