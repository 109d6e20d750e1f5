//! The user of an account: found, made, linked, and given the role that the role map says.

use chrono::{DateTime, Utc};
use platform::audit::{self, Event, Origin};
use platform::auth::User;
use platform::problem::{ApiError, UniqueMeans};
use schema::identity::external::{self, KnownUser};
use schema::identity::{self, NewUser, accounts};
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

impl Account {
    /// Why it cannot be, as the database stands.
    pub fn refusal(&self, tx: &mut Tx<'_>) -> Result<Option<Refusal>, ApiError> {
        let organization = organizations::find(tx, self.user.organization_id)?;
        if organization.is_none_or(|organization| organization.kind != self.user.role.kind()) {
            return Ok(Some(Refusal::Organization));
        }
        let refusal = match self.known {
            Some(_) => {
                let user = accounts::lock(tx, self.user.id)?;
                user.is_none_or(|user| user.disabled_at.is_some()).then_some(Refusal::Disabled)
            }
            None => self.person.email.is_none().then_some(Refusal::Email),
        };
        Ok(refusal)
    }

    /// Makes it so. What a sign-in does is the user's own doing, on the provider's word.
    pub fn settle(&self, tx: &mut Tx<'_>, origin: &Origin, now: DateTime<Utc>) -> Result<(), ApiError> {
        match self.known {
            Some(_) => self.follow_role(tx, origin, now)?,
            None => self.make(tx, origin, now)?,
        }
        if self.known.is_none_or(|known| !known.linked) {
            let (issuer, subject) = (&self.issuer, &self.person.subject);
            external::link(tx, self.user.id, issuer, subject, now).unique_means(|| Refusal::Linked.into())?;
            let event = self.event("user.link").after(json!({"issuer": issuer, "subject": subject}));
            audit::record(tx, origin, event, now)?;
        }
        Ok(())
    }

    fn follow_role(&self, tx: &mut Tx<'_>, origin: &Origin, now: DateTime<Utc>) -> Result<(), ApiError> {
        let User { id, role, .. } = self.user;
        let before = identity::find(tx, id)?.map(|user| user.role);
        if before != Some(role) {
            accounts::set_role(tx, id, role)?;
            let event =
                self.event("user.change").before(json!({ "role": before })).after(json!({ "role": role }));
            audit::record(tx, origin, event, now)?;
        }
        Ok(())
    }

    /// Somebody new, without a password.
    fn make(&self, tx: &mut Tx<'_>, origin: &Origin, now: DateTime<Utc>) -> Result<(), ApiError> {
        let email = self.person.email.as_deref().ok_or(Refusal::Email)?;
        let User { id, role, .. } = self.user;
        let user = NewUser { id, email, role, password_hash: None, created_at: now };
        identity::insert(tx, &user).unique_means(|| Refusal::Linked.into())?;
        let event = self.event("user.create").after(json!({ "email": email, "role": role }));
        Ok(audit::record(tx, origin, event, now)?)
    }

    fn event(&self, action: &'static str) -> Event {
        Event::new(action, "user", self.user.id)
    }
}
