//! Who changes meters, and when.

use chrono::{DateTime, Utc};
use platform::audit::{self, Event, Origin};
use platform::auth::{Authorized, MayManageMeters, User};
use platform::problem::ApiError;
use schema::types::{Connectivity, NoticeKind};
use schema::{Tx, evidence, meters, notices};
use uuid::Uuid;

use crate::Api;
use crate::standing::hold;

/// Who changes meters, and when.
pub struct Changer {
    /// For the audit.
    pub origin: Origin,
    /// None for keys.
    user: Option<User>,
    /// Business time.
    pub now: DateTime<Utc>,
    /// For messages and tokens.
    pub machine_now: DateTime<Utc>,
}

impl Changer {
    /// The caller, now.
    pub fn of(caller: &Authorized<MayManageMeters>, api: &Api) -> Self {
        let (now, machine_now) = (api.clock.now(), api.clock.machine_now());
        Self { origin: caller.origin().clone(), user: caller.user().copied(), now, machine_now }
    }

    /// Refuses a user who was disabled or got another role: asked before a meter gets a token or another key.
    pub fn hold_standing(&self, tx: &mut Tx<'_>) -> Result<(), ApiError> {
        hold(tx, self.user)
    }

    /// Adds an entry to the audit.
    pub fn record(&self, tx: &mut Tx<'_>, event: Event) -> Result<(), ApiError> {
        Ok(audit::record(tx, &self.origin, event, self.now)?)
    }

    /// Lets the aggregator know of a registered meter that ceased to deliver by itself, or never did.
    pub fn notify_if_offline(
        &self,
        tx: &mut Tx<'_>,
        before: Option<Connectivity>,
        meter: &meters::Meter,
    ) -> Result<(), ApiError> {
        let was_offline = before == Some(Connectivity::Offline);
        if was_offline || meter.connectivity != Connectivity::Offline || meter.deregistered_at.is_some() {
            return Ok(());
        }
        let notice = notices::Notice {
            organization_id: meter.organization_id,
            id: Uuid::now_v7(),
            at: self.now,
            kind: NoticeKind::MeterRegisteredOffline,
            meter_id: meter.id,
        };
        Ok(notices::add(tx, &notice)?)
    }
}

/// A meter of the transaction's organization, which nobody else changes and no upload of which is registered until the
/// transaction ends.
pub fn lock(tx: &mut Tx<'_>, id: Uuid) -> Result<meters::Meter, ApiError> {
    evidence::lock_meter(tx, id)?;
    meters::find(tx, id)?.ok_or(ApiError::NotFound("meter"))
}
