//! How a person ends a dead letter: by sending it back to work, or by giving it up. One transaction each.

use chrono::{DateTime, Utc};
use platform::audit::{self, Event, Origin};
use platform::broker::Work;
use platform::problem::ApiError;
use schema::dead_letters::{self, DeadLetter, End};
use schema::outbox::{self, NewMessage};
use schema::types::LetterState;
use schema::units::UnitKey;
use schema::{Tx, attempts};
use serde_json::json;
use uuid::Uuid;

/// Who ends dead letters, and when.
#[derive(Debug, Clone)]
pub struct Ending {
    /// For the audit.
    pub origin: Origin,
    /// Business time, for the audit.
    pub now: DateTime<Utc>,
    /// For messages.
    pub machine_now: DateTime<Utc>,
}

/// Sends the message back to work as if it had never failed. In the scope of the letter's own organization.
pub fn replay(tx: &mut Tx<'_>, id: Uuid, ending: &Ending) -> Result<(), ApiError> {
    let letter = find_open(tx, id)?;
    let body = letter.message.as_ref().ok_or_else(unreadable)?;
    let work = Work::from_json(body).map_err(|_| unreadable())?;
    // In the order in which giving up takes the same rows: attempts, unit, uploads, letter.
    attempts::clear(tx, &letter.queue, &letter.key)?;
    match work {
        Work::Register { upload_id, .. } => dead_letters::undo_upload(tx, upload_id)?,
        Work::Meter { billing_mode, vcenter_id, month, .. } => {
            dead_letters::undo_unit(tx, &UnitKey { billing_mode, vcenter_id, month })?;
        }
        Work::Compose { .. } => {}
    }
    outbox::enqueue(tx, &NewMessage { queue: &letter.queue, body, created_at: ending.machine_now })?;
    end(tx, &letter, LetterState::Replayed, None, ending)
}

/// Gives the message up for good, and says why. In the scope of the letter's own organization.
pub fn discard(tx: &mut Tx<'_>, id: Uuid, reason: &str, ending: &Ending) -> Result<(), ApiError> {
    let letter = find_open(tx, id)?;
    end(tx, &letter, LetterState::Dropped, Some(reason), ending)
}

fn find_open(tx: &mut Tx<'_>, id: Uuid) -> Result<DeadLetter, ApiError> {
    let letter = dead_letters::find(tx, id)?.ok_or(ApiError::NotFound("dead letter"))?;
    if letter.state == LetterState::Open { Ok(letter) } else { Err(ended(letter.state)) }
}

fn end(
    tx: &mut Tx<'_>,
    letter: &DeadLetter,
    state: LetterState,
    reason: Option<&str>,
    ending: &Ending,
) -> Result<(), ApiError> {
    let how = End { state, at: ending.machine_now, by: &ending.origin.actor, reason };
    if !dead_letters::end(tx, letter.id, &how)? {
        let now = dead_letters::find(tx, letter.id)?.ok_or(ApiError::NotFound("dead letter"))?;
        return Err(ended(now.state));
    }
    let action = if state == LetterState::Replayed { "dead-letter.replay" } else { "dead-letter.drop" };
    let before = json!({ "queue": letter.queue, "key": letter.key, "attempts": letter.attempts,
        "why": letter.reason });
    let event =
        Event::new(action, "dead-letter", letter.id).before(before).after(json!({ "reason": reason }));
    Ok(audit::record(tx, &ending.origin, event, ending.now)?)
}

fn ended(state: LetterState) -> ApiError {
    ApiError::Conflict { code: "not-open", detail: format!("this dead letter has ended: it is {state}") }
}

fn unreadable() -> ApiError {
    let detail = "nobody can read this message: it can only be dropped".to_owned();
    ApiError::Conflict { code: "unreadable", detail }
}
