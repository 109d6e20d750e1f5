//! Exchanging a code, and asking who somebody is.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use platform::config::OidcSettings;
use schema::identity::sign_in_flows::Flow;
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Map, Value};

use super::error::{OidcError, Refusal};
use super::http::Http;
use super::metadata::Metadata;

/// What a code is worth.
pub struct Grant {
    /// Says who it is.
    pub id_token: SecretString,
    /// Asks the userinfo endpoint.
    pub access_token: Option<SecretString>,
}

/// Exchanges a code (RFC 6749 §4.1.3, RFC 7636 §4.5).
pub fn exchange(
    http: &Http,
    settings: &OidcSettings,
    metadata: &Metadata,
    code: &SecretString,
    flow: &Flow,
) -> Result<Grant, OidcError> {
    let mut form = vec![
        ("grant_type", "authorization_code"),
        ("code", code.expose_secret()),
        ("redirect_uri", &flow.redirect_uri),
        ("code_verifier", &flow.verifier),
    ];
    let secret = settings.client_secret.as_ref();
    let basic = secret.filter(|_| !metadata.secret_in_form).map(|secret| basic(&settings.client_id, secret));
    if basic.is_none() {
        form.push(("client_id", &settings.client_id));
        form.extend(secret.map(|secret| ("client_secret", secret.expose_secret())));
    }
    let url = &metadata.token_endpoint;
    let answer = http.post(url, basic.as_ref(), &form)?;
    let text = |name: &str| answer.body.get(name).and_then(Value::as_str);
    if answer.status != 200 {
        // Everything else, such as `invalid_client`, is not the user's fault.
        return Err(match text("error") {
            Some("invalid_grant") => Refusal::Code.into(),
            error => {
                let reason = format!("answered {} {error:?}", answer.status);
                OidcError::Strange { url: url.clone(), reason }
            }
        });
    }
    let strange = || OidcError::Strange { url: url.clone(), reason: "gave no ID token".to_owned() };
    Ok(Grant {
        id_token: text("id_token").ok_or_else(strange)?.into(),
        access_token: text("access_token").map(SecretString::from),
    })
}

/// What the userinfo endpoint says of the subject of an ID token, added to the token's own claims, which stay.
pub fn add_userinfo(
    http: &Http,
    metadata: &Metadata,
    access_token: Option<&SecretString>,
    mut claims: Map<String, Value>,
) -> Result<Map<String, Value>, OidcError> {
    let (Some(url), Some(token)) = (&metadata.userinfo_endpoint, access_token) else { return Ok(claims) };
    let bearer = format!("Bearer {}", token.expose_secret()).into();
    let userinfo = http.get(url, Some(&bearer))?.ok(url)?;
    // OpenID Connect Core 1.0 §5.3.2: it could be about somebody else.
    if userinfo.get("sub") != claims.get("sub") {
        return Err(Refusal::Subject.into());
    }
    for (name, value) in userinfo {
        claims.entry(name).or_insert(value);
    }
    Ok(claims)
}

/// RFC 6749 §2.3.1: both are encoded as in a form first.
fn basic(client_id: &str, secret: &SecretString) -> SecretString {
    let encoded = |text: &str| form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
    let pair = format!("{}:{}", encoded(client_id), encoded(secret.expose_secret()));
    format!("Basic {}", STANDARD.encode(pair)).into()
}
