//! What becomes of a message whose attempt failed: it comes again through the outbox when its wait is over, so that it
//! holds no worker meanwhile; and after the last attempt it is given up.

use crate::context::{ATTEMPTS_MAX, Context};
use crate::error::{Remedy, WorkError};
use crate::outbox;
use crate::work::given_up::{GivenUp, give_up};
use chrono::{DateTime, TimeDelta, Utc};
use platform::broker::{Disposition, Work};
use platform::durable::{Step, durable};
use schema::attempts::{self, Attempts, Trouble};
use schema::{Scope, Tx};

/// After a failure that has nothing to do with the message, and after the first time that the database broke it off.
const AGAIN_AFTER_MS: i64 = 200;
/// After the first failure of its own.
const RETRY_AFTER_MS: i64 = 1_000;
/// Waits double with each failure up to this.
const WAIT_MAX_MS: i64 = 256_000;
/// The same of those that the database broke off.
const HINDERED_WAIT_MAX_MS: i64 = 60_000;
/// After so many times that the database broke it off a message is given up: that takes most of an hour, so that a
/// database that is overloaded for less gives up nothing.
const HINDRANCES_MAX: i32 = 30;

/// Counts the failure and says what becomes of the message.
pub async fn failed(context: &Context, work: &Work, error: &WorkError) -> Result<Disposition, WorkError> {
    let key = error.culprit().map_or_else(|| work.key(), |upload_id| upload_id.to_string());
    tracing::warn!(queue = work.queue().as_str(), key, %error, "work failed");
    let remedy = error.remedy(&context.store).await;
    if remedy == Remedy::Pause {
        end(context, work).await;
        return Ok(Disposition::Pause);
    }
    let failure = Failure {
        work: work.clone(),
        key,
        remedy,
        reason: error.to_string(),
        machine_now: context.clock.machine_now(),
    };
    let scope = Scope::Organization(work.organization_id());
    let settle = context.db.run(scope, move |tx| failure.settle(tx));
    match durable(Step::CountFailure, settle).await? {
        Some(given_up) => given_up.tell(context, work).await.map(|()| Disposition::DeadLetter),
        None => Ok(Disposition::Postponed),
    }
}

/// What pauses did not die of the message, however often its session ends meanwhile. As far as the database is there: it
/// may be what is away.
async fn end(context: &Context, work: &Work) {
    let (queue, key) = (work.queue().as_str(), work.key());
    let end = move |tx: &mut Tx<'_>| Ok::<_, WorkError>(attempts::end(tx, queue, &key)?);
    if let Err(error) = context.db.run(Scope::Organization(work.organization_id()), end).await {
        tracing::debug!(%error, "an attempt that pauses stays counted as begun");
    }
}

struct Failure {
    work: Work,
    /// What is to blame: the message's own, or that of another upload which had to go first.
    key: String,
    remedy: Remedy,
    reason: String,
    machine_now: DateTime<Utc>,
}

impl Failure {
    /// In one transaction: the count, and the message that comes again or the dead letter.
    fn settle(&self, tx: &mut Tx<'_>) -> Result<Option<GivenUp>, WorkError> {
        let (queue, own_key) = (self.work.queue().as_str(), self.work.key());
        let own = self.key == own_key;
        let trouble = match self.remedy {
            Remedy::Again | Remedy::Pause => {
                attempts::end(tx, queue, &own_key)?;
                self.postpone(tx, AGAIN_AFTER_MS)?;
                return Ok(None);
            }
            Remedy::Hindered => Trouble::Hindered(&self.reason),
            Remedy::Count | Remedy::Never => Trouble::Failed(&self.reason),
        };
        // Another upload that is to blame was received before: its attempts are locked first.
        let blamed = if own {
            None
        } else {
            Some(attempts::record(tx, (queue, &self.key), trouble, self.machine_now)?)
        };
        // An end is an end: whatever it was, the process outlived it.
        attempts::end(tx, queue, &own_key)?;
        let attempts = match blamed {
            Some(attempts) => attempts,
            None => attempts::record(tx, (queue, &own_key), trouble, self.machine_now)?,
        };
        if own && self.is_last(&attempts) {
            return give_up(tx, &self.work, &self.reason, &attempts, self.machine_now).map(Some);
        }
        self.postpone(tx, self.wait_ms(&attempts))?;
        Ok(None)
    }

    fn is_last(&self, attempts: &Attempts) -> bool {
        match self.remedy {
            Remedy::Never => true,
            Remedy::Hindered => attempts.hindered >= HINDRANCES_MAX,
            _ => attempts.attempts >= ATTEMPTS_MAX,
        }
    }

    fn wait_ms(&self, attempts: &Attempts) -> i64 {
        let (first, times, most) = match self.remedy {
            Remedy::Hindered => (AGAIN_AFTER_MS, attempts.hindered, HINDERED_WAIT_MAX_MS),
            _ => (RETRY_AFTER_MS, attempts.attempts, WAIT_MAX_MS),
        };
        let doublings = u32::try_from(times - 1).unwrap_or_default().min(16);
        first.saturating_mul(1 << doublings).min(most)
    }

    fn postpone(&self, tx: &mut Tx<'_>, wait_ms: i64) -> Result<(), WorkError> {
        outbox::postpone(tx, &self.work, self.machine_now + TimeDelta::milliseconds(wait_ms))
    }
}
