//! Limits of requests a minute: by address, by user and by organization, over all processes together.
//!
//! A minute's count is kept in the database. Each process leases a part of a limit by one statement and spends it by
//! itself, so that the sum over all processes is never more than the limit and most requests ask nobody. Without the
//! database each process counts alone: a limit is no reason to refuse everything. Times are the machine's.

mod key;
mod middleware;
mod standing;
mod window;

use chrono::{DateTime, TimeDelta, Utc};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::Mutex as Turn;

pub use self::key::Key;
pub use self::middleware::limit_requests;
use self::standing::Policies;
pub use self::standing::Standing;
use self::window::{WINDOW_SECONDS, Window, Wish};
use crate::clock::Clock;
use crate::config::LimitSettings;
use crate::db::{Db, DbError};

/// A database that takes longer is too busy to be asked about limits.
const LEASE_TIMEOUT: Duration = Duration::from_secs(1);

/// The limits; the application's data must hold a `web::Data<Limits>`. Cheap to clone.
#[derive(Clone)]
pub struct Limits(Arc<Inner>);

struct Inner {
    settings: LimitSettings,
    policies: Policies,
    clock: Clock,
    db: Db,
    window: Mutex<Window>,
    /// One lease at a time, for all that wait for one.
    turn: Turn<()>,
}

impl Limits {
    /// Limits that all processes on this database share.
    pub fn new(settings: LimitSettings, db: Db, clock: Clock) -> Self {
        let policies = Policies::of(&settings);
        Self(Arc::new(Inner {
            settings,
            policies,
            clock,
            db,
            window: Mutex::default(),
            turn: Turn::default(),
        }))
    }

    /// Takes one request out of each of these limits, unless one of them is spent. None when none of them limits.
    pub async fn take(&self, keys: &[Key], machine_now: DateTime<Utc>) -> Option<Standing> {
        let settings = &self.0.settings;
        if keys.iter().all(|key| key.limit(settings) == 0) {
            return None;
        }
        if let Some(standing) = self.window().take(keys, settings, machine_now) {
            return Some(standing);
        }
        let _turn = self.0.turn.lock().await;
        loop {
            // Whoever had the turn before may have leased for us as well.
            if let Some(standing) = self.window().take(keys, settings, machine_now) {
                return Some(standing);
            }
            let wish = self.window().wish(settings);
            self.lease(wish).await;
        }
    }

    async fn lease(&self, wish: Wish) {
        let start =
            DateTime::from_timestamp(wish.window.saturating_mul(WINDOW_SECONDS), 0).unwrap_or_default();
        let (texts, counts) =
            wish.keys.iter().map(|(key, count)| (key.to_string(), i64::from(*count))).unzip();
        let texts: Vec<String> = texts;
        let counts: Vec<i64> = counts;
        let asked = self.0.db.machinery(move |tx| {
            let leases = schema::rate_limits::lease(tx, start, &texts, &counts)?;
            // In the order of the question.
            let taken = |key: &String| leases.iter().find(|lease| lease.key == *key).map(|lease| lease.taken);
            Ok::<_, DbError>(texts.iter().map(taken).collect::<Vec<_>>())
        });
        let answer = tokio::time::timeout(LEASE_TIMEOUT, asked).await;
        let Ok(Ok(taken)) = answer else {
            tracing::warn!(?answer, "limits are counted by this process alone for a minute");
            return self.window().count_alone();
        };
        for ((key, count), taken) in wish.keys.iter().zip(taken) {
            if let Some(taken) = taken {
                self.window().receive(&wish, *key, *count, taken, &self.0.settings);
            }
        }
        if wish.is_first {
            self.sweep(start);
        }
    }

    /// Forgets what is over, beside the requests. What fails is done by another process, or a minute later.
    fn sweep(&self, window_start: DateTime<Utc>) {
        let db = self.0.db.clone();
        // The minute before may still be that of a process whose clock is a little behind.
        let before = window_start - TimeDelta::seconds(WINDOW_SECONDS);
        tokio::spawn(async move {
            let swept =
                db.machinery(move |tx| Ok::<_, DbError>(schema::rate_limits::sweep(tx, before)?)).await;
            tracing::debug!(?swept, "swept the limits of minutes that are over");
        });
    }

    fn window(&self) -> MutexGuard<'_, Window> {
        self.0.window.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
