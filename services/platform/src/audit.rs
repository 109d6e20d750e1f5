//! The audit: what goes into it, how it is chained and how the chain is held to account.
//!
//! [`record`] adds an entry in the transaction of what it tells of. The [`Sealer`] makes it a link of its organization's
//! [`chain`] and publishes the chain's head, signed, outside of the database ([`heads`]). [`verify`] compares the two.

pub mod chain;
pub mod heads;
mod sealer;
pub mod verify;

use chrono::{DateTime, Utc};
use schema::{Tx, audit};
use serde_json::Value;
use std::net::IpAddr;
use uuid::Uuid;

pub use self::sealer::{Round, SealError, Sealed, Sealer};

/// Who does something, from where, in which request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin {
    /// `user:<id>`, `meter:<id>`, `api-key:<id>`, or `system:<part>` for the service itself.
    pub actor: String,
    /// Whose user, meter or key it is; none for the service itself.
    pub organization_id: Option<Uuid>,
    /// Where the request came from.
    pub address: Option<IpAddr>,
    /// The request.
    pub request_id: Option<Uuid>,
}

impl Origin {
    /// A part of the service that acts by itself, such as `system:schedule`.
    pub fn system(part: &str) -> Self {
        Self { actor: format!("system:{part}"), organization_id: None, address: None, request_id: None }
    }
}

/// What happened to what.
#[derive(Debug, Clone, PartialEq)]
pub struct Event {
    action: &'static str,
    object: (&'static str, String),
    before: Option<Value>,
    after: Option<Value>,
}

impl Event {
    /// An event such as `meter.register` of the object of this kind and id.
    #[expect(clippy::needless_pass_by_value, reason = "most are made for it")]
    pub fn new(action: &'static str, kind: &'static str, id: impl ToString) -> Self {
        Self { action, object: (kind, id.to_string()), before: None, after: None }
    }

    /// What the change replaced. Never a secret, nor a digest of one.
    #[must_use]
    pub fn before(self, before: Value) -> Self {
        Self { before: Some(before), ..self }
    }

    /// What holds now, or what was taken away by a download. Never a secret, nor a digest of one.
    #[must_use]
    pub fn after(self, after: Value) -> Self {
        Self { after: Some(after), ..self }
    }
}

/// Adds an entry to the audit of the transaction's organization: it is there when, and only when, what it tells of is.
pub fn record(tx: &mut Tx<'_>, origin: &Origin, event: Event, now: DateTime<Utc>) -> diesel::QueryResult<()> {
    let Event { action, object: (kind, object_id), before, after } = event;
    let entry = audit::Entry {
        organization_id: tx.organization()?,
        id: Uuid::now_v7(),
        at: now,
        actor: origin.actor.clone(),
        actor_organization_id: origin.organization_id,
        address: origin.address.map(|address| address.to_string()),
        address_salt: origin.address.map(|_| Uuid::new_v4()),
        request_id: origin.request_id,
        action: action.to_owned(),
        object_kind: kind.to_owned(),
        object_id,
        before,
        after,
    };
    audit::record(tx, &entry)
}
