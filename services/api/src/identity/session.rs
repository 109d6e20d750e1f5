//! Sessions: a family of refresh tokens that begins with a log-in.

use chrono::{DateTime, Utc};
use platform::audit::{self, Event, Origin};
use platform::auth::{Caller, User};
use platform::problem::{ApiError, current_request_id};
use schema::Tx;
use schema::identity::refresh_tokens;
use serde_json::json;
use std::net::IpAddr;
use uuid::Uuid;

use super::tokens::Refresh;
use crate::Api;

/// Who logs in, from where, when.
pub struct Session {
    origin: Origin,
    now: DateTime<Utc>,
    machine_now: DateTime<Utc>,
    via: Option<&'static str>,
}

/// Whose doing it is where no access token says so.
pub fn origin_of(user: &User, address: Option<IpAddr>) -> Origin {
    Origin {
        actor: Caller::User(*user).label(),
        organization_id: Some(user.organization_id),
        address,
        request_id: current_request_id(),
    }
}

impl Session {
    /// Of a user whose log-in has succeeded.
    pub fn of(api: &Api, user: &User, address: Option<IpAddr>) -> Self {
        let (now, machine_now) = (api.clock.now(), api.clock.machine_now());
        Self { origin: origin_of(user, address), now, machine_now, via: None }
    }

    /// Not by password, but by this.
    #[must_use]
    pub fn via(self, via: &'static str) -> Self {
        Self { via: Some(via), ..self }
    }

    /// Begins it with this token, and forgets those of the organization that expired.
    pub fn begin(&self, tx: &mut Tx<'_>, user: &User, refresh: &Refresh) -> Result<(), ApiError> {
        refresh_tokens::sweep(tx, self.machine_now)?;
        refresh_tokens::start_family(tx, user.id, Uuid::now_v7(), &refresh.to_keep())?;
        let event = Event::new("session.log-in", "user", user.id);
        let event = match self.via {
            Some(via) => event.after(json!({ "via": via })),
            None => event,
        };
        Ok(audit::record(tx, &self.origin, event, self.now)?)
    }
}
