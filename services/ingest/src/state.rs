//! What the door works with.

use chrono::TimeDelta;
use metering::Limits;
use platform::clock::Clock;
use platform::config::{ResumableSettings, UploadLimits};
use platform::db::Db;
use platform::problem::ApiError;
use platform::store::Store;
use std::sync::Arc;
use tokio::sync::Notify;

use crate::checker::Checker;
use crate::door::Sender;
use crate::places::{Place, Places};

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
    /// What is kept of files that come in parts.
    pub resumable: ResumableSettings,
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
    pub(crate) resumable: ResumableSettings,
    pub(crate) file_limits: Limits,
    pub(crate) checker: Checker,
    pub(crate) deadline: TimeDelta,
    pub(crate) wake: Arc<Notify>,
    places: Arc<Places>,
}

impl Door {
    /// The door of a process, with a thread of its own for checks.
    pub fn new(settings: DoorSettings) -> std::io::Result<Self> {
        let DoorSettings { db, store, clock, limits, resumable, deadline, wake } = settings;
        Ok(Self {
            db,
            store,
            clock,
            limits,
            resumable,
            file_limits: Limits { file_bytes: limits.bytes_max, ..Limits::default() },
            deadline,
            wake,
            checker: Checker::start()?,
            places: Arc::new(Places::new(limits.at_once, limits.per_organization)),
        })
    }

    /// One of the places for uploads; 429 when none gets free in time.
    pub(crate) async fn place(&self, sender: &Sender) -> Result<Place, ApiError> {
        // Uploads are of one organization.
        self.places.take(sender.scope.members().first().copied().unwrap_or_default()).await
    }
}
