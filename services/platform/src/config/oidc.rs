//! Sign-in through an outside OpenID Connect provider.

mod address;
mod redirects;
mod role_map;

use clap::Args;
use secrecy::SecretString;
use std::path::PathBuf;

pub use self::redirects::Redirects;
pub use self::role_map::{RoleMap, RoleRule};
use super::{Deployment, Environment, Faults};
use crate::tls::client_config;

/// Which provider signs users in, and what they are here; without an issuer there is no such sign-in.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Sign-in by OpenID Connect (secret: USAGE_OIDC_CLIENT_SECRET or …_FILE, \
                               none for a public client)")]
pub struct OidcArgs {
    /// The provider's issuer identifier, such as `https://login.example/realm`, exactly as it writes it itself.
    #[arg(long, env = "USAGE_OIDC_ISSUER", default_value = "")]
    pub oidc_issuer: String,
    /// What the provider calls this service.
    #[arg(long, env = "USAGE_OIDC_CLIENT_ID", default_value = "")]
    pub oidc_client_id: String,
    /// Where it may send browsers back to, separated by commas, the default first. `http://127.0.0.1/callback` is for
    /// `usagectl login --sso`: loopback addresses match with any port.
    #[arg(long, env = "USAGE_OIDC_REDIRECTS", default_value = "")]
    pub oidc_redirects: String,
    /// What is asked for, separated by blanks.
    #[arg(long, env = "USAGE_OIDC_SCOPES", default_value = "openid email")]
    pub oidc_scopes: String,
    /// The claim that says what somebody is: a text or a list of texts.
    #[arg(long, env = "USAGE_OIDC_ROLES_CLAIM", default_value = "groups")]
    pub oidc_roles_claim: String,
    /// `value=organization/role` of that claim, separated by commas; the first that fits is taken.
    #[arg(long, env = "USAGE_OIDC_ROLE_MAP", default_value = "")]
    pub oidc_role_map: String,
    /// PEM file of the authorities that may have signed the provider's certificate; by default the system's.
    #[arg(long, env = "USAGE_OIDC_CA", default_value = "")]
    pub oidc_ca: String,
}

/// Which provider signs users in, and what they are here.
#[derive(Debug, Clone)]
pub struct OidcSettings {
    /// Compared as it is.
    pub issuer: String,
    /// What the provider calls this service.
    pub client_id: String,
    /// None for a public client.
    pub client_secret: Option<SecretString>,
    /// Where the provider may send browsers back to.
    pub redirects: Redirects,
    /// With `openid`.
    pub scopes: String,
    /// The claim of the role map.
    pub roles_claim: String,
    /// Who is what.
    pub role_map: RoleMap,
    /// The authorities to trust; none for the system's.
    pub authorities: Option<PathBuf>,
    deployment: Deployment,
}

const SECRET: &str = "USAGE_OIDC_CLIENT_SECRET";

impl OidcArgs {
    /// The settings; none without such a sign-in, or with a fault.
    pub fn resolve(
        &self,
        environment: &Environment,
        deployment: Deployment,
        faults: &mut Faults,
    ) -> Option<OidcSettings> {
        let client_secret = environment.optional_secret(SECRET, faults);
        let unset = [&self.oidc_issuer, &self.oidc_client_id, &self.oidc_redirects, &self.oidc_role_map];
        if unset.iter().all(|text| text.is_empty()) && client_secret.is_none() {
            return None;
        }
        let issuer = faults.take("USAGE_OIDC_ISSUER", address::issuer(&self.oidc_issuer, deployment));
        let client_id = faults.take("USAGE_OIDC_CLIENT_ID", words(&self.oidc_client_id, 1));
        let redirects = faults.take("USAGE_OIDC_REDIRECTS", Redirects::parse(&self.oidc_redirects));
        let scopes = faults.take("USAGE_OIDC_SCOPES", scopes(&self.oidc_scopes));
        let roles_claim = faults.take("USAGE_OIDC_ROLES_CLAIM", words(&self.oidc_roles_claim, 1));
        let role_map = faults.take("USAGE_OIDC_ROLE_MAP", self.oidc_role_map.parse());
        Some(OidcSettings {
            issuer: issuer?,
            client_id: client_id?,
            client_secret,
            redirects: redirects?,
            scopes: scopes?,
            roles_claim: roles_claim?,
            role_map: role_map?,
            authorities: self.authorities(faults),
            deployment,
        })
    }

    /// Read once for its faults.
    fn authorities(&self, faults: &mut Faults) -> Option<PathBuf> {
        let path = Some(&self.oidc_ca).filter(|path| !path.is_empty()).map(PathBuf::from)?;
        faults.take("USAGE_OIDC_CA", client_config(Some(&path)))?;
        Some(path)
    }
}

impl OidcSettings {
    /// Whether secrets may be sent there: by HTTPS, in development to this machine by HTTP too.
    pub fn may_ask(&self, url: &str) -> bool {
        address::is_safe(url, self.deployment)
    }
}

/// Up to so many words of printable ASCII, with one blank between them.
fn words(text: &str, words_max: usize) -> Result<String, String> {
    let is_word = |word: &str| !word.is_empty() && word.chars().all(|c| c.is_ascii_graphic());
    if text.split(' ').count() <= words_max && text.split(' ').all(is_word) {
        return Ok(text.to_owned());
    }
    let what = if words_max == 1 { "no single word" } else { "no list of words with one blank between them" };
    Err(format!("`{text}` is {what}"))
}

fn scopes(text: &str) -> Result<String, String> {
    let text = words(text, 32)?;
    if text.split(' ').any(|scope| scope == "openid") { Ok(text) } else { Err("has no `openid`".to_owned()) }
}

#[cfg(test)]
mod tests;
