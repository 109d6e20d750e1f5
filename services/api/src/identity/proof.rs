//! Whether somebody knows a user's password: at log-in, and when the password is changed.

use platform::audit::{self, Event, Origin};
use platform::auth::User;
use platform::problem::ApiError;
use schema::Scope;
use schema::identity::log_in_failures::{self, Whose};
use schema::identity::{self, Credentials};
use secrecy::SecretString;
use serde_json::json;
use std::time::Duration;

use super::lock_out;
use crate::Api;
use crate::password::Place;

/// A refusal takes this long at least once the password is compared: what is noted of users, and not of addresses that nobody has, does not show.
const REFUSAL_TIME: Duration = Duration::from_millis(100);

/// Somebody tries a password.
pub struct Attempt {
    /// Whose password it would be.
    pub email: String,
    /// What they say.
    pub password: SecretString,
    /// What a refusal is in the audit.
    pub refused_as: &'static str,
    /// Who says it, from where.
    pub origin: Origin,
}

/// Somebody who knows a user's password.
pub struct Proven {
    /// Whose it is.
    pub user: User,
    /// Of the password that was right: it may be another by now.
    pub password_hash: String,
    /// Under what failures were counted.
    pub whose: Whose,
}

impl Attempt {
    /// The user whose password it is; none when it is wrong, nobody's, or of a user who is disabled. 429 for who has
    /// to wait: their password is not even looked at.
    pub async fn prove(self, api: &Api) -> Result<Option<Proven>, ApiError> {
        let whose = lock_out::whose(&self.email, self.origin.address);
        let email = self.email.clone();
        look(api, &email, &whose).await?;
        // Held until a failure is counted: of many who try at once, few pass.
        let place = Place::wait().await?;
        let known = look(api, &email, &whose).await?;
        let stored = known.as_ref().and_then(|known| known.password_hash.clone());
        let is_right = place.verify(self.password.clone(), stored).await?;
        // Not before: whoever had to wait for the place would have used it up.
        let refusal_due = tokio::time::sleep(REFUSAL_TIME);
        match known {
            Some(Credentials {
                organization_id,
                id,
                role,
                password_hash: Some(password_hash),
                disabled_at: None,
            }) if is_right => {
                let user = User { id, organization_id, role };
                Ok(Some(Proven { user, password_hash, whose }))
            }
            known => {
                self.refuse(api, known, whose).await?;
                drop(place);
                refusal_due.await;
                Ok(None)
            }
        }
    }

    /// Counts it and, for a user who is known, notes it in their organization's audit.
    async fn refuse(self, api: &Api, known: Option<Credentials>, whose: Whose) -> Result<(), ApiError> {
        let (now, machine_now) = (api.clock.now(), api.clock.machine_now());
        let Some(known) = known else {
            return api.db.machinery(move |tx| Ok(log_in_failures::count(tx, &whose, machine_now)?)).await;
        };
        let reason = match known {
            Credentials { disabled_at: Some(_), .. } => "disabled",
            Credentials { password_hash: None, .. } => "no-password",
            Credentials { .. } => "wrong-password",
        };
        let event = Event::new(self.refused_as, "user", known.id).after(json!({ "reason": reason }));
        api.db
            .run(Scope::Organization(known.organization_id), move |tx| {
                log_in_failures::count(tx, &whose, machine_now)?;
                Ok(audit::record(tx, &self.origin, event, now)?)
            })
            .await
    }
}

/// What is known of an address, unless one has to wait.
async fn look(api: &Api, email: &str, whose: &Whose) -> Result<Option<Credentials>, ApiError> {
    let (email, whose, machine_now) = (email.to_owned(), whose.clone(), api.clock.machine_now());
    api.db
        .machinery(move |tx| {
            lock_out::check(tx, &whose, machine_now)?;
            Ok(identity::credentials(tx, &email)?)
        })
        .await
}
