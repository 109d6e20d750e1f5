//! Messages for further work, written in the transaction that makes it necessary.

use crate::error::WorkError;
use chrono::{DateTime, NaiveDate, Utc};
use platform::broker::Work;
use schema::Tx;
use schema::outbox::{NewMessage, enqueue};
use schema::types::BillingMode;
use schema::units::UnitKey;
use uuid::Uuid;

/// The message that has a unit metered.
pub fn meter(organization_id: Uuid, key: &UnitKey) -> Work {
    Work::Meter {
        organization_id,
        billing_mode: key.billing_mode,
        vcenter_id: key.vcenter_id,
        month: key.month,
    }
}

/// The message that has a month composed.
pub fn compose(organization_id: Uuid, billing_mode: BillingMode, month: NaiveDate) -> Work {
    Work::Compose { organization_id, billing_mode, month }
}

/// Puts a message in the outbox that goes out at `due` and not before.
pub fn postpone(tx: &mut Tx<'_>, work: &Work, due: DateTime<Utc>) -> Result<(), WorkError> {
    let body = work.to_json().map_err(|error| WorkError::Inconsistent(error.to_string()))?;
    schema::outbox::postpone(tx, &NewMessage { queue: work.queue().as_str(), body: &body, created_at: due })?;
    Ok(())
}

/// Puts a message in the outbox.
pub fn put(tx: &mut Tx<'_>, work: &Work, machine_now: DateTime<Utc>) -> Result<(), WorkError> {
    let body = work.to_json().map_err(|error| WorkError::Inconsistent(error.to_string()))?;
    enqueue(tx, &NewMessage { queue: work.queue().as_str(), body: &body, created_at: machine_now })?;
    Ok(())
}
