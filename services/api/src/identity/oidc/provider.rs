//! The provider: what is known of it, and what it is asked.

use chrono::TimeDelta;
use platform::clock::Clock;
use platform::config::OidcSettings;
use platform::tls::TlsError;
use schema::identity::sign_in_flows::Flow;
use secrecy::{ExposeSecret, SecretString};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Semaphore;

use super::endpoint::{add_userinfo, exchange};
use super::error::{OidcError, Refusal};
use super::http::Http;
use super::id_token::{self, Expected};
use super::kept::Kept;
use super::keys::Keys;
use super::metadata::{self, Metadata};
use super::person::Person;

/// Each holds a thread until the provider answers: one that is slow must not hold all threads.
const AT_ONCE: usize = 8;
/// For one of these places.
const WAIT: Duration = Duration::from_secs(5);
/// Providers do not move often.
const METADATA_LIFE: TimeDelta = TimeDelta::hours(1);

/// The configured provider. Has no `Debug`, so that its secret is in no log.
pub struct OidcProvider {
    settings: OidcSettings,
    clock: Clock,
    http: Http,
    metadata: Kept<Metadata>,
    keys: Kept<Keys>,
    places: Arc<Semaphore>,
}

impl OidcProvider {
    /// Asks nothing yet: a provider may be away while this service starts.
    pub fn new(settings: OidcSettings, clock: Clock) -> Result<Self, TlsError> {
        let http = Http::new(settings.authorities.as_deref())?;
        let places = Arc::new(Semaphore::new(AT_ONCE));
        Ok(Self { settings, clock, http, metadata: Kept::default(), keys: Kept::default(), places })
    }

    /// As configured.
    pub const fn settings(&self) -> &OidcSettings {
        &self.settings
    }

    /// Runs what may ask the provider on a thread that may wait.
    pub async fn ask<T: Send + 'static>(
        self: &Arc<Self>,
        work: impl FnOnce(&Self) -> Result<T, OidcError> + Send + 'static,
    ) -> Result<T, OidcError> {
        let place = tokio::time::timeout(WAIT, Arc::clone(&self.places).acquire_owned()).await;
        let Ok(Ok(place)) = place else { return Err(OidcError::Busy) };
        let (provider, span) = (Arc::clone(self), tracing::Span::current());
        let asked = tokio::task::spawn_blocking(move || {
            // Until it is done, also when nobody waits for it any more.
            let _place = place;
            span.in_scope(|| work(&provider))
        });
        asked.await.map_err(|_| OidcError::Lost)?
    }

    /// What it says of itself.
    pub fn metadata(&self) -> Result<Arc<Metadata>, OidcError> {
        let machine_now = self.clock.machine_now();
        if let Some(metadata) = self.metadata.younger_than(METADATA_LIFE, machine_now) {
            return Ok(metadata);
        }
        let url = metadata::url(&self.settings.issuer);
        let document = self.http.get(&url, None)?.ok(&url)?;
        let metadata = Metadata::of(&document, &self.settings);
        let metadata = metadata.map_err(|reason| OidcError::Strange { url, reason })?;
        Ok(self.metadata.keep(metadata, machine_now))
    }

    /// Whom the provider has signed in with this code.
    pub fn person(&self, code: &SecretString, flow: &Flow) -> Result<Person, OidcError> {
        let metadata = self.metadata()?;
        let grant = exchange(&self.http, &self.settings, &metadata, code, flow)?;
        let token = grant.id_token.expose_secret();
        let (id, algorithm) = id_token::key_id(token)?;
        let machine_now = self.clock.machine_now();
        let ask = || {
            Ok::<_, OidcError>(Keys::of(&self.http.get(&metadata.jwks_uri, None)?.ok(&metadata.jwks_uri)?))
        };
        let key = self.keys.find((&id, algorithm), machine_now, ask)?.ok_or(Refusal::Key)?;
        let expected = Expected {
            issuer: &self.settings.issuer,
            client_id: &self.settings.client_id,
            nonce_sha256: &flow.nonce_sha256,
        };
        let mut claims = id_token::verify(token, algorithm, &key, &expected, machine_now)?;
        if !Person::is_in(&claims, &self.settings) {
            claims = add_userinfo(&self.http, &metadata, grant.access_token.as_ref(), claims)?;
        }
        Ok(Person::of(&claims, &self.settings))
    }
}
