//! Whose log-in it becomes: the role map decides organization and role, the subject decides the user.

mod user;

use platform::audit::{self, Event, Origin};
use platform::auth::User;
use platform::config::OidcSettings;
use platform::problem::{ApiError, current_request_id};
use schema::Scope;
use schema::identity::external::{self, KnownUser};
use secrecy::SecretString;
use serde_json::json;
use std::net::IpAddr;
use uuid::Uuid;

use self::user::{Account, Undone};
use super::error::Refusal;
use super::person::Person;
use crate::Api;
use crate::identity::session::{Session, origin_of};
use crate::identity::tokens::Refresh;

/// A session of somebody, or why there is none.
type SignedIn = Result<(User, SecretString), Refusal>;

/// Logs in somebody whom the provider has signed in: the user, and the refresh token of a new session.
pub async fn sign_in(
    api: &Api,
    settings: &OidcSettings,
    person: Person,
    address: Option<IpAddr>,
) -> Result<(User, SecretString), ApiError> {
    let (issuer, who) = (settings.issuer.clone(), person.clone());
    let known = api.db.machinery(move |tx| {
        Ok::<_, ApiError>(external::user_of(tx, &issuer, &who.subject, who.email.as_deref())?)
    });
    let known = known.await?;
    let signed_in = match account(settings, person, known) {
        Ok(account) => log_in(api, account, address).await?,
        Err(refusal) => Err(refusal),
    };
    if let (Err(refusal), Some(known)) = (&signed_in, known) {
        note(api, known, *refusal, address).await?;
    }
    Ok(signed_in?)
}

/// What the role map makes of a person.
fn account(settings: &OidcSettings, person: Person, known: Option<KnownUser>) -> Result<Account, Refusal> {
    let rule = settings.role_map.first_match(&person.values).ok_or(Refusal::Unmapped)?;
    if known.is_some_and(|known| known.organization_id != rule.organization_id) {
        return Err(Refusal::OtherOrganization);
    }
    let id = known.map_or_else(Uuid::now_v7, |known| known.user_id);
    let user = User { id, organization_id: rule.organization_id, role: rule.role };
    Ok(Account { user, known, issuer: settings.issuer.clone(), person })
}

/// Makes, links or changes the user as needed, and begins a session: all of it or nothing.
async fn log_in(api: &Api, account: Account, address: Option<IpAddr>) -> Result<SignedIn, ApiError> {
    let user = account.user;
    let refresh = Refresh::generate(api)?;
    // The audit tells first what became of the user, and then of the session.
    let (origin, now) = (origin_of(&user, address), api.clock.now());
    let session = Session::of(api, &user, address).via("oidc");
    let done = api.db.run(Scope::Organization(user.organization_id), move |tx| {
        let user = account.settle(tx, &origin, now)?;
        session.begin(tx, &user, &refresh)?;
        Ok((user, refresh.into_text()))
    });
    match done.await {
        Ok(signed_in) => Ok(Ok(signed_in)),
        Err(Undone::Refused(refusal)) => Ok(Err(refusal)),
        Err(Undone::Failed(error)) => Err(error),
    }
}

/// As a wrong password of a user who is known.
async fn note(
    api: &Api,
    known: KnownUser,
    refusal: Refusal,
    address: Option<IpAddr>,
) -> Result<(), ApiError> {
    let now = api.clock.now();
    let origin = Origin { address, request_id: current_request_id(), ..Origin::system("log-in") };
    let event = Event::new("session.log-in-refused", "user", known.user_id)
        .after(json!({"reason": refusal.reason(), "via": "oidc"}));
    let own = Scope::Organization(known.organization_id);
    api.db.run(own, move |tx| Ok(audit::record(tx, &origin, event, now)?)).await
}
