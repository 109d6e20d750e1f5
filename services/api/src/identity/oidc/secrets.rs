//! The secrets of a flow, and where each of them goes.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, Utc};
use form_urlencoded::Serializer;
use platform::auth::{KeyError, OpaqueToken};
use platform::config::OidcSettings;
use schema::identity::sign_in_flows::Flow;
use secrecy::{ExposeSecret, SecretString};

/// The secrets of a flow.
pub struct Secrets {
    flow: OpaqueToken,
    state: OpaqueToken,
    nonce: OpaqueToken,
    verifier: OpaqueToken,
}

impl Secrets {
    /// New ones.
    pub fn generate() -> Result<Self, KeyError> {
        let secret = || OpaqueToken::generate("");
        Ok(Self { flow: secret()?, state: secret()?, nonce: secret()?, verifier: secret()? })
    }

    /// For who started it.
    pub fn into_flow(self) -> SecretString {
        self.flow.text
    }

    /// For the database: of what comes back, digests.
    pub fn to_keep(&self, redirect_uri: &str, address: String, expires_at: DateTime<Utc>) -> Flow {
        Flow {
            flow_sha256: self.flow.sha256.to_vec(),
            state_sha256: self.state.sha256.to_vec(),
            nonce_sha256: self.nonce.sha256.to_vec(),
            verifier: self.verifier.text.expose_secret().to_owned(),
            redirect_uri: redirect_uri.to_owned(),
            address,
            expires_at,
        }
    }

    /// For the provider, by way of the browser: where that goes to sign in (RFC 6749 §4.1.1, RFC 7636 §4.3).
    pub fn authorization_url(&self, endpoint: &str, redirect_uri: &str, settings: &OidcSettings) -> String {
        let query = Serializer::new(String::new())
            .append_pair("response_type", "code")
            .append_pair("client_id", &settings.client_id)
            .append_pair("redirect_uri", redirect_uri)
            .append_pair("scope", &settings.scopes)
            .append_pair("state", self.state.text.expose_secret())
            .append_pair("nonce", self.nonce.text.expose_secret())
            .append_pair("code_challenge", &URL_SAFE_NO_PAD.encode(self.verifier.sha256))
            .append_pair("code_challenge_method", "S256")
            .finish();
        let separator = if endpoint.contains('?') { '&' } else { '?' };
        format!("{endpoint}{separator}{query}")
    }
}
