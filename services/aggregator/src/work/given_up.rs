//! Messages that are given up: dead letters, with the reason.

use crate::context::Context;
use crate::error::WorkError;
use crate::outbox;
use chrono::{DateTime, Utc};
use platform::broker::Work;
use schema::attempts::{self, Attempts};
use schema::dead_letters::{self, Burial, Content};
use schema::units::{self, UnitKey};
use schema::{Scope, Tx, organizations, uploads};
use sha2::{Digest, Sha256};

/// What became of a message that is given up.
pub enum GivenUp {
    /// It is a dead letter of its organization.
    Kept(String),
    /// There is no such organization here, as when database and broker are of different times.
    Nobodys(String),
}

/// What waits for the message must not wait for ever; and it becomes a dead letter.
pub fn give_up(
    tx: &mut Tx<'_>,
    work: &Work,
    reason: &str,
    attempts: &Attempts,
    machine_now: DateTime<Utc>,
) -> Result<GivenUp, WorkError> {
    attempts::clear(tx, work.queue().as_str(), &work.key())?;
    if organizations::find(tx, work.organization_id())?.is_none() {
        return Ok(GivenUp::Nobodys(reason.to_owned()));
    }
    match work {
        // It stays `received` and says why; later uploads of its meter pass it by.
        Work::Register { upload_id, .. } => uploads::note_failure(tx, *upload_id)?,
        Work::Meter { organization_id, billing_mode, vcenter_id, month } => {
            let key = UnitKey { billing_mode: *billing_mode, vcenter_id: *vcenter_id, month: *month };
            units::set_failed(tx, &key)?;
            for upload_id in units::waiting_uploads(tx, &key)? {
                uploads::note_failure(tx, upload_id)?;
            }
            outbox::put(tx, &outbox::compose(*organization_id, *billing_mode, *month), machine_now)?;
        }
        Work::Compose { .. } => {}
    }
    let message = work.to_json().map_err(|error| WorkError::Inconsistent(error.to_string()))?;
    let burial = Burial {
        queue: work.queue().as_str(),
        key: &work.key(),
        content: Content::Message(&message),
        reason,
        attempts: attempts.total(),
        first_failed_at: attempts.first_at,
        last_failed_at: machine_now,
    };
    dead_letters::bury(tx, &burial)?;
    Ok(GivenUp::Kept(reason.to_owned()))
}

impl GivenUp {
    /// Tells of it, once it is committed.
    pub async fn tell(self, context: &Context, work: &Work) -> Result<(), WorkError> {
        let reason = match self {
            Self::Kept(reason) => reason,
            Self::Nobodys(reason) => {
                let body = serde_json::to_vec(work).unwrap_or_default();
                return keep_raw(context, work.queue().as_str(), body, reason).await;
            }
        };
        context.wake.notify_one();
        let (queue, key, organization_id) = (work.queue().as_str(), work.key(), work.organization_id());
        tracing::error!(queue, key, %organization_id, reason, "a message is given up: it is a dead letter");
        metrics::counter!("dead_letters_total", "queue" => queue).increment(1);
        Ok(())
    }
}

/// Keeps a message that is nobody's, or that nobody can read, as a dead letter of the operator's.
pub async fn keep_raw(
    context: &Context,
    queue: &'static str,
    body: Vec<u8>,
    reason: String,
) -> Result<(), WorkError> {
    let operator = context.db.machinery(|tx| Ok::<_, WorkError>(organizations::operator(tx)?)).await?;
    let operator = operator.ok_or(WorkError::Vanished("operator"))?;
    let machine_now = context.clock.machine_now();
    let key = hex::encode(Sha256::digest(&body));
    tracing::error!(queue, key, reason, "a message is nobody's: it is a dead letter of the operator");
    let bury = move |tx: &mut Tx<'_>| {
        let burial = Burial {
            queue,
            key: &key,
            content: Content::Raw(&body),
            reason: &reason,
            attempts: 1,
            first_failed_at: machine_now,
            last_failed_at: machine_now,
        };
        Ok::<_, WorkError>(dead_letters::bury(tx, &burial)?)
    };
    context.db.run(Scope::Organization(operator), bury).await?;
    metrics::counter!("dead_letters_total", "queue" => queue).increment(1);
    Ok(())
}
