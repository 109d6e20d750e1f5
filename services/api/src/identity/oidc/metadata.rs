//! What the provider says of itself (OpenID Connect Discovery 1.0 §4).

use platform::config::OidcSettings;
use serde_json::{Map, Value};

/// The endpoints.
#[derive(Debug)]
pub struct Metadata {
    /// Where browsers go.
    pub authorization_endpoint: String,
    /// Where codes are exchanged.
    pub token_endpoint: String,
    /// Its keys.
    pub jwks_uri: String,
    /// What it says of a user, when it says so anywhere but in the ID token.
    pub userinfo_endpoint: Option<String>,
    /// Whether it takes this client's secret as a field of the form only.
    pub secret_in_form: bool,
}

/// Where it is.
pub fn url(issuer: &str) -> String {
    format!("{}/.well-known/openid-configuration", issuer.trim_end_matches('/'))
}

impl Metadata {
    /// Of a discovery document; the reason when it cannot be the configured provider's.
    pub fn of(document: &Map<String, Value>, settings: &OidcSettings) -> Result<Self, String> {
        let issuer = document.get("issuer").and_then(Value::as_str);
        if issuer != Some(&settings.issuer) {
            return Err(format!("its issuer is {issuer:?}, not {:?}", settings.issuer));
        }
        let optional = |name: &str| {
            let Some(url) = document.get(name).and_then(Value::as_str) else { return Ok(None) };
            if settings.may_ask(url) { Ok(Some(url.to_owned())) } else { Err(format!("{name} is {url:?}")) }
        };
        let required = |name: &str| optional(name)?.ok_or_else(|| format!("has no {name}"));
        Ok(Self {
            authorization_endpoint: required("authorization_endpoint")?,
            token_endpoint: required("token_endpoint")?,
            jwks_uri: required("jwks_uri")?,
            userinfo_endpoint: optional("userinfo_endpoint")?,
            secret_in_form: secret_in_form(document),
        })
    }
}

/// Without a word of it the provider takes HTTP Basic, and so it does when it names it.
fn secret_in_form(document: &Map<String, Value>) -> bool {
    let methods = document.get("token_endpoint_auth_methods_supported").and_then(Value::as_array);
    let takes = |method: &str| methods.is_some_and(|methods| methods.iter().any(|taken| taken == method));
    takes("client_secret_post") && !takes("client_secret_basic")
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::Args;
    use platform::config::{Deployment, Environment, Faults, OidcArgs};
    use serde_json::json;

    const ISSUER: &str = "https://login.example/realm";

    fn settings() -> OidcSettings {
        let command = OidcArgs::augment_args(clap::Command::new("test").no_binary_name(true));
        let line = [
            format!("--oidc-issuer={ISSUER}"),
            "--oidc-client-id=client".to_owned(),
            "--oidc-redirects=https://portal.example/".to_owned(),
            "--oidc-role-map=a=00000000-0000-7000-8000-000000000003/partner-admin".to_owned(),
        ];
        let args =
            <OidcArgs as clap::FromArgMatches>::from_arg_matches(&command.get_matches_from(line)).unwrap();
        args.resolve(&Environment::of([]), Deployment::Production, &mut Faults::default()).unwrap()
    }

    fn document() -> Value {
        json!({
            "issuer": ISSUER, "authorization_endpoint": "https://login.example/auth",
            "token_endpoint": "https://login.example/token", "jwks_uri": "https://keys.example/jwks",
        })
    }

    fn read(document: &Value) -> Result<Metadata, String> {
        Metadata::of(document.as_object().unwrap(), &settings())
    }

    #[test]
    fn it_is_found_below_the_issuer() {
        assert_eq!(url(ISSUER), "https://login.example/realm/.well-known/openid-configuration");
        assert_eq!(url("https://login.example/"), "https://login.example/.well-known/openid-configuration");
    }

    #[test]
    fn a_provider_is_the_configured_one_and_is_asked_by_https_alone() {
        let metadata = read(&document()).unwrap();
        assert!(metadata.userinfo_endpoint.is_none() && !metadata.secret_in_form);
        for (name, value) in [
            ("issuer", json!("https://login.example/realm/")),
            ("issuer", Value::Null),
            ("token_endpoint", json!("http://login.example/token")),
            ("token_endpoint", json!("http://127.0.0.1/token")),
            ("jwks_uri", Value::Null),
            ("userinfo_endpoint", json!("ftp://login.example/me")),
        ] {
            let mut document = document();
            document[name] = value;
            assert!(read(&document).is_err(), "{document}");
        }
    }

    #[test]
    fn the_secret_is_in_the_form_where_it_may_be_nowhere_else() {
        let in_form = |methods: &Value| {
            let mut document = document();
            document["token_endpoint_auth_methods_supported"] = methods.clone();
            read(&document).unwrap().secret_in_form
        };
        assert!(in_form(&json!(["client_secret_post", "none"])));
        assert!(!in_form(&json!(["client_secret_post", "client_secret_basic"])));
        assert!(!in_form(&json!([])));
    }
}
