//! The user of an account: found, made, linked, and given the role that the role map says.

use chrono::{DateTime, Utc};
use platform::audit::{self, Event, Origin};
use platform::auth::User;
use platform::problem::{ApiError, UniqueMeans};
use schema::identity::external::{self, KnownUser};
use schema::identity::{self, NewUser, accounts, password_links};
use schema::{Tx, organizations};
use serde_json::json;

use crate::identity::oidc::error::Refusal;
use crate::identity::oidc::person::Person;

/// Somebody whom the provider has signed in, and who they are to be here.
pub struct Account {
    /// With an id of its own when nobody is known.
    pub user: User,
    /// By the subject, or by the e-mail address.
    pub known: Option<KnownUser>,
    /// The provider.
    pub issuer: String,
    /// As it knows them.
    pub person: Person,
}

/// Why a sign-in leaves nothing behind.
pub enum Undone {
    /// It may not be.
    Refused(Refusal),
    /// It could not be done.
    Failed(ApiError),
}

impl<E: Into<ApiError>> From<E> for Undone {
    fn from(error: E) -> Self {
        Self::Failed(error.into())
    }
}

impl Account {
    /// Makes it so, and tells who they are then. What a sign-in does is the user's own doing, on the provider's word.
    pub fn settle(&self, tx: &mut Tx<'_>, origin: &Origin, now: DateTime<Utc>) -> Result<User, Undone> {
        let organization = organizations::find(tx, self.user.organization_id)?;
        if organization.is_none_or(|organization| organization.kind != self.user.role.kind()) {
            return Err(Undone::Refused(Refusal::Organization));
        }
        let user = match self.known {
            Some(_) => self.follow_role(tx, origin, now)?,
            None => self.make(tx, origin, now)?,
        };
        if self.known.is_none_or(|known| !known.linked) {
            self.link(tx, origin, now)?;
        }
        Ok(user)
    }

    /// The user with the role that the role map says; with their own when the organization has no other admin.
    fn follow_role(&self, tx: &mut Tx<'_>, origin: &Origin, now: DateTime<Utc>) -> Result<User, Undone> {
        let User { id, role, .. } = self.user;
        let before = identity::find(tx, id)?.map(|user| user.role);
        // Before the user, as whoever takes an admin away locks them.
        let admins = match before {
            Some(before) if before.is_admin() && !role.is_admin() => accounts::lock_enabled_admins(tx)?,
            _ => Vec::new(),
        };
        let known = accounts::lock(tx, id)?.filter(|user| user.disabled_at.is_none());
        let before = known.ok_or(Undone::Refused(Refusal::Disabled))?.role;
        if before == role {
            return Ok(self.user);
        }
        let change = |action| self.event(action).before(json!({ "role": before }));
        if before.is_admin() && !role.is_admin() && admins.iter().all(|admin| *admin == id) {
            tracing::warn!(user_id = %id, ?role, "the role map takes the last admin away: the role stays");
            let event = change("user.change-refused").after(json!({ "role": role, "reason": "last-admin" }));
            audit::record(tx, origin, event, now)?;
            return Ok(User { role: before, ..self.user });
        }
        accounts::set_role(tx, id, role)?;
        audit::record(tx, origin, change("user.change").after(json!({ "role": role })), now)?;
        Ok(self.user)
    }

    /// Lets them sign in by the provider; a link by which somebody could set a password ends.
    fn link(&self, tx: &mut Tx<'_>, origin: &Origin, now: DateTime<Utc>) -> Result<(), Undone> {
        let (id, issuer, subject) = (self.user.id, &self.issuer, &self.person.subject);
        external::link(tx, id, issuer, subject, now).unique_means(|| Undone::Refused(Refusal::Linked))?;
        password_links::withdraw(tx, id)?;
        let event = self.event("user.link").after(json!({"issuer": issuer, "subject": subject}));
        Ok(audit::record(tx, origin, event, now)?)
    }

    /// Somebody new, without a password.
    fn make(&self, tx: &mut Tx<'_>, origin: &Origin, now: DateTime<Utc>) -> Result<User, Undone> {
        let email = self.person.email.as_deref().ok_or(Undone::Refused(Refusal::Email))?;
        let User { id, role, .. } = self.user;
        let user = NewUser { id, email, role, password_hash: None, created_at: now };
        identity::insert(tx, &user).unique_means(|| Undone::Refused(Refusal::Linked))?;
        let event = self.event("user.create").after(json!({ "email": email, "role": role }));
        audit::record(tx, origin, event, now)?;
        Ok(self.user)
    }

    fn event(&self, action: &'static str) -> Event {
        Event::new(action, "user", self.user.id)
    }
}
