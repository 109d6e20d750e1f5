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

/// An address, and whether it is verified: the one says nothing of another document's other.
const EMAIL: [&str; 2] = ["email", "email_verified"];

/// What the userinfo endpoint says of the subject of an ID token, added to the token's own claims.
pub fn add_userinfo(
    http: &Http,
    metadata: &Metadata,
    access_token: Option<&SecretString>,
    claims: Map<String, Value>,
) -> Result<Map<String, Value>, OidcError> {
    let (Some(url), Some(token)) = (&metadata.userinfo_endpoint, access_token) else { return Ok(claims) };
    let bearer = format!("Bearer {}", token.expose_secret()).into();
    let userinfo = http.get(url, Some(&bearer))?.ok(url)?;
    // OpenID Connect Core 1.0 §5.3.2: it could be about somebody else.
    if userinfo.get("sub") != claims.get("sub") {
        return Err(Refusal::Subject.into());
    }
    Ok(join(claims, userinfo))
}

/// An ID token's claims, which stay unless they are half of [`EMAIL`], and those that userinfo adds.
fn join(mut claims: Map<String, Value>, userinfo: Map<String, Value>) -> Map<String, Value> {
    if !EMAIL.iter().all(|name| claims.contains_key(*name)) {
        claims.retain(|name, _| !EMAIL.contains(&name.as_str()));
    }
    for (name, value) in userinfo {
        claims.entry(name).or_insert(value);
    }
    claims
}

/// RFC 6749 §2.3.1: both are encoded as in a form first.
fn basic(client_id: &str, secret: &SecretString) -> SecretString {
    let encoded = |text: &str| form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
    let pair = format!("{}:{}", encoded(client_id), encoded(secret.expose_secret()));
    format!("Basic {}", STANDARD.encode(pair)).into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn joined(token: &Value, userinfo: &Value) -> Value {
        let map = |value: &Value| value.as_object().unwrap().clone();
        join(map(token), map(userinfo)).into()
    }

    #[test]
    fn an_address_is_verified_by_its_own_document_alone() {
        let verified = json!({"email": "mine@b", "email_verified": true});
        for (token, userinfo, expected) in [
            (json!({"email": "yours@b"}), verified.clone(), verified.clone()),
            (json!({"email": "yours@b"}), json!({"email_verified": true}), json!({"email_verified": true})),
            (json!({"email_verified": true}), json!({"email": "yours@b"}), json!({"email": "yours@b"})),
            (verified.clone(), json!({"email": "yours@b", "email_verified": false}), verified.clone()),
            (json!({"sub": "a"}), json!({"sub": "b", "groups": []}), json!({"sub": "a", "groups": []})),
        ] {
            assert_eq!(joined(&token, &userinfo), expected, "{token} {userinfo}");
        }
    }
}
