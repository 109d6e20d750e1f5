//! What the door works with.

use chrono::TimeDelta;
use metering::Limits;
use platform::clock::Clock;
use platform::config::UploadLimits;
use platform::db::Db;
use platform::problem::ApiError;
use platform::store::Store;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{Notify, OwnedSemaphorePermit, Semaphore};

use crate::checker::Checker;

/// How long an upload waits for a place before it is told to come again.
const PLACE_WAIT: Duration = Duration::from_secs(10);

/// Seconds after which a full process may have a place.
const PLACE_RETRY_AFTER: u32 = 10;

/// What the door is made of.
pub struct DoorSettings {
    /// The database.
    pub db: Db,
    /// Where files go.
    pub store: Store,
    /// Decides when a file was received.
    pub clock: Clock,
    /// What is taken.
    pub limits: UploadLimits,
    /// How long after a month's end its evidence is on time; shown uploads count what came later.
    pub deadline: TimeDelta,
    /// Told when there is something in the outbox.
    pub wake: Arc<Notify>,
}

/// The door; the application's data must hold a `web::Data<Door>`. Cheap to clone.
#[derive(Clone)]
pub struct Door {
    pub(crate) db: Db,
    pub(crate) store: Store,
    pub(crate) clock: Clock,
    pub(crate) limits: UploadLimits,
    pub(crate) file_limits: Limits,
    pub(crate) checker: Checker,
    pub(crate) deadline: TimeDelta,
    pub(crate) wake: Arc<Notify>,
    places: Arc<Semaphore>,
}

impl Door {
    /// The door of a process, with a thread of its own for checks.
    pub fn new(settings: DoorSettings) -> std::io::Result<Self> {
        let DoorSettings { db, store, clock, limits, deadline, wake } = settings;
        Ok(Self {
            db,
            store,
            clock,
            limits,
            file_limits: Limits { file_bytes: limits.bytes_max, ..Limits::default() },
            deadline,
            wake,
            checker: Checker::start()?,
            places: Arc::new(Semaphore::new(limits.at_once)),
        })
    }

    /// One of the places for uploads; 503 when none gets free in time.
    pub(crate) async fn place(&self) -> Result<OwnedSemaphorePermit, ApiError> {
        let place = tokio::time::timeout(PLACE_WAIT, Arc::clone(&self.places).acquire_owned()).await;
        let place = place.map_err(|_| ApiError::Unavailable { retry_after: PLACE_RETRY_AFTER })?;
        place.map_err(ApiError::internal)
    }
}
