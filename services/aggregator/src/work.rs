//! From a message to a verdict on it.

use crate::context::{ATTEMPTS_MAX, Context};
use crate::error::{Remedy, WorkError};
use crate::{compose, meter, outbox, register};
use platform::broker::{Disposition, Work};
use platform::durable::{Step, durable};
use schema::units::{self, UnitKey};
use schema::{Scope, attempts, uploads};
use std::time::Duration;

/// After a failure that has nothing to do with the message.
const AGAIN_AFTER: Duration = Duration::from_millis(200);
/// After the first failure of its own; doubled with each.
const RETRY_AFTER: Duration = Duration::from_secs(1);

/// Does the work and says what becomes of its message.
pub async fn handle(context: &Context, work: Work) -> Disposition {
    let outcome = match &work {
        Work::Register { organization_id, upload_id } => {
            register::register(context, *organization_id, *upload_id).await
        }
        Work::Meter { organization_id, billing_mode, vcenter_id, month } => {
            let key = UnitKey { billing_mode: *billing_mode, vcenter_id: *vcenter_id, month: *month };
            meter::meter(context, *organization_id, key).await
        }
        Work::Compose { organization_id, billing_mode, month } => {
            compose::compose(context, *organization_id, *billing_mode, *month).await
        }
    };
    let verdict = match outcome {
        Ok(()) => {
            context.wake.notify_one();
            succeeded(context, &work).await.map(|()| Disposition::Ack)
        }
        Err(error) => failed(context, &work, &error).await,
    };
    // Not even the verdict could be kept: the database is away.
    verdict.unwrap_or_else(|error| {
        tracing::warn!(%error, "pausing");
        Disposition::Pause
    })
}

async fn succeeded(context: &Context, work: &Work) -> Result<(), WorkError> {
    let (queue, key) = (work.queue().as_str(), work.key());
    let scope = Scope::Organization(work.organization_id());
    let clear = context.db.run(scope, move |tx| Ok(attempts::clear(tx, queue, &key)?));
    durable(Step::ClearAttempts, clear).await
}

async fn failed(context: &Context, work: &Work, error: &WorkError) -> Result<Disposition, WorkError> {
    let key = error.culprit().map_or_else(|| work.key(), |upload_id| upload_id.to_string());
    tracing::warn!(queue = work.queue().as_str(), key, %error, "work failed");
    match error.remedy() {
        Remedy::Pause => Ok(Disposition::Pause),
        Remedy::Again => Ok(Disposition::Retry { after: AGAIN_AFTER }),
        Remedy::Never => Ok(Disposition::DeadLetter { reason: error.to_string() }),
        Remedy::Count => durable(Step::CountFailure, count(context, work, key, error.to_string())).await,
    }
}

/// Counts a failure of its own; the last one gives the message up.
async fn count(
    context: &Context,
    work: &Work,
    key: String,
    reason: String,
) -> Result<Disposition, WorkError> {
    let scope = Scope::Organization(work.organization_id());
    let own = key == work.key();
    let (work, machine_now) = (work.clone(), context.clock.machine_now());
    context
        .db
        .run(scope, move |tx| {
            let queue = work.queue().as_str();
            let failures = attempts::record_failure(tx, queue, &key, &reason, machine_now)?;
            if failures < ATTEMPTS_MAX || !own {
                let doublings = u32::try_from(failures - 1).unwrap_or_default().min(8);
                return Ok(Disposition::Retry { after: RETRY_AFTER * 2_u32.pow(doublings) });
            }
            give_up(tx, &work, machine_now)?;
            Ok(Disposition::DeadLetter { reason })
        })
        .await
}

/// What waits for the message must not wait for ever.
fn give_up(
    tx: &mut schema::Tx<'_>,
    work: &Work,
    machine_now: chrono::DateTime<chrono::Utc>,
) -> Result<(), WorkError> {
    match work {
        // It stays `received` and says why; later uploads of its meter pass it by.
        Work::Register { upload_id, .. } => uploads::note_failure(tx, *upload_id)?,
        Work::Meter { organization_id, billing_mode, vcenter_id, month } => {
            let key = UnitKey { billing_mode: *billing_mode, vcenter_id: *vcenter_id, month: *month };
            units::set_failed(tx, &key)?;
            for upload_id in units::waiting_uploads(tx, &key)? {
                uploads::note_failure(tx, upload_id)?;
            }
            attempts::clear(tx, work.queue().as_str(), &work.key())?;
            outbox::put(tx, &outbox::compose(*organization_id, *billing_mode, *month), machine_now)?;
        }
        Work::Compose { .. } => attempts::clear(tx, work.queue().as_str(), &work.key())?,
    }
    Ok(())
}
