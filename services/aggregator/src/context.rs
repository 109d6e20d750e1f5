//! What every step works with.

use chrono::TimeDelta;
use metering::Limits;
use platform::clock::Clock;
use platform::db::Db;
use platform::store::Store;
use std::sync::Arc;
use tokio::sync::{Notify, RwLock};

/// A message that failed so often by its own doing goes to the dead letters.
pub const ATTEMPTS_MAX: i32 = 5;

/// Database, store, clock and the settings of the rules. Cheap to clone.
#[derive(Clone)]
pub struct Context {
    /// The database under the service role.
    pub db: Db,
    /// Where uploaded files lie.
    pub store: Store,
    /// Business time.
    pub clock: Clock,
    /// Tells the relay of this process that the outbox has messages.
    pub wake: Arc<Notify>,
    /// Bounds on what is read from a file.
    pub limits: Limits,
    /// How long after a month's end its evidence is on time (metering.md §5).
    pub deadline_ms: i64,
    /// Held by each who works: shared, or alone by one whose message is suspected to end processes.
    pub(crate) together: Arc<RwLock<()>>,
}

impl Context {
    /// With the limits of usage-data.md §1.
    pub fn new(db: Db, store: Store, clock: Clock, wake: Arc<Notify>, deadline: TimeDelta) -> Self {
        let deadline_ms = deadline.num_milliseconds();
        Self { db, store, clock, wake, limits: Limits::default(), deadline_ms, together: Arc::default() }
    }
}
