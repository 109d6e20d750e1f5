//! What time it is: the only place that asks.
//!
//! Business time (receipt, deadlines, schedules, effective dates) follows [`Clock::now`], which in development can be
//! moved for all roles at once. Time-outs, leases, token life follow [`Clock::machine_now`]. In production the two are one.

use chrono::{DateTime, SubsecRound, TimeDelta, Utc};
use schema::{Scope, Tx};
use serde_json::json;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Weak};
use std::time::Duration;
use tokio::sync::Mutex;

use crate::audit::{self, Event, Origin};
use crate::config::{ClockSettings, Deployment};
use crate::db::{Db, DbError};

/// How soon a role notices that another one moved the clock.
const REFRESH: Duration = Duration::from_millis(500);

/// The service's clock. Cheap to clone.
#[derive(Clone)]
pub struct Clock(Arc<Inner>);

struct Inner {
    /// Business time minus machine time.
    offset_ms: AtomicI64,
    /// Where the offset is shared; none where the clock cannot be moved.
    shared: Option<Db>,
    /// Held from reading or writing the shared offset to keeping it here: a refresh that read before a move must not
    /// undo it after.
    turn: Mutex<()>,
}

/// Why the clock was not moved.
#[derive(Debug, thiserror::Error)]
pub enum ClockError {
    /// In production it never moves.
    #[error("the clock cannot be moved in production")]
    Production,
    /// The offset could not be shared.
    #[error(transparent)]
    Database(#[from] DbError),
}

impl Clock {
    /// The machine's clock, which nobody can move.
    pub fn machine() -> Self {
        Self(Arc::new(Inner { offset_ms: AtomicI64::new(0), shared: None, turn: Mutex::default() }))
    }

    /// The clock as configured. In development it follows the database, and `start` sets it there for all roles.
    pub async fn start(settings: ClockSettings, db: &Db) -> Result<Self, ClockError> {
        if settings.deployment == Deployment::Production {
            return Ok(Self::machine());
        }
        let clock = Self(Arc::new(Inner {
            offset_ms: AtomicI64::new(0),
            shared: Some(db.clone()),
            turn: Mutex::default(),
        }));
        match settings.start {
            Some(start) => clock.set(start, &Origin::system("start")).await?,
            None => clock.0.refresh(db).await?,
        }
        tokio::spawn(follow(Arc::downgrade(&clock.0)));
        Ok(clock)
    }

    /// Business time, in whole milliseconds.
    pub fn now(&self) -> DateTime<Utc> {
        let offset = TimeDelta::milliseconds(self.0.offset_ms.load(Ordering::Relaxed));
        let machine_now = machine_now();
        // An offset out of chrono's range cannot come from `set`; if it does, better the machine's time than none.
        machine_now.checked_add_signed(offset).unwrap_or(machine_now)
    }

    /// The machine's time, in whole milliseconds.
    pub fn machine_now(&self) -> DateTime<Utc> {
        machine_now()
    }

    /// Whether it can be moved: in development only.
    pub fn is_movable(&self) -> bool {
        self.0.shared.is_some()
    }

    /// Moves the clock for all roles: here at once, elsewhere within half a second. It is in the audit of the
    /// organization whose user does it; a start is nobody's.
    pub async fn set(&self, now: DateTime<Utc>, origin: &Origin) -> Result<(), ClockError> {
        let db = self.0.shared.as_ref().ok_or(ClockError::Production)?;
        let _turn = self.0.turn.lock().await;
        let (before, offset_ms) = (self.now(), (now - machine_now()).num_milliseconds());
        let set = move |tx: &mut Tx<'_>| {
            // Moved back, the runs of the schedule after it are yet to come.
            schema::runs::forget_after(tx, now)?;
            schema::clock::set_offset_ms(tx, offset_ms)
        };
        match origin.organization_id {
            Some(organization_id) => {
                let origin = origin.clone();
                let event = Event::new("clock.set", "clock", "service");
                let event = event.before(json!({ "now": before })).after(json!({ "now": now }));
                let set = move |tx: &mut Tx<'_>| {
                    set(tx)?;
                    Ok::<_, DbError>(audit::record(tx, &origin, event, before)?)
                };
                db.run(Scope::Organization(organization_id), set).await?;
            }
            None => db.machinery(move |tx| Ok::<_, DbError>(set(tx)?)).await?,
        }
        self.0.offset_ms.store(offset_ms, Ordering::Relaxed);
        Ok(())
    }
}

impl Inner {
    async fn refresh(&self, db: &Db) -> Result<(), DbError> {
        let _turn = self.turn.lock().await;
        let offset_ms = db.machinery(|tx| Ok::<_, DbError>(schema::clock::offset_ms(tx)?)).await?;
        self.offset_ms.store(offset_ms, Ordering::Relaxed);
        Ok(())
    }
}

/// Follows what other roles set, until the last clone of the clock is gone.
async fn follow(clock: Weak<Inner>) {
    loop {
        tokio::time::sleep(REFRESH).await;
        let Some(inner) = clock.upgrade() else { return };
        let Some(db) = &inner.shared else { return };
        if let Err(error) = inner.refresh(db).await {
            // The last offset holds; whoever needs the database says that it is missing.
            tracing::debug!(%error, "the clock could not be refreshed");
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "the one place that asks the machine")]
fn machine_now() -> DateTime<Utc> {
    Utc::now().trunc_subsecs(3)
}
