//! ID tokens, verified as OpenID Connect Core 1.0 §3.1.3.7 has it.

use chrono::{DateTime, Utc};
use jsonwebtoken::{Algorithm, DecodingKey, Validation};
use platform::auth::OpaqueToken;
use serde_json::{Map, Value};

use super::error::Refusal;

/// No `none`, and nothing with a shared secret.
const ALGORITHMS: [Algorithm; 4] = [Algorithm::RS256, Algorithm::PS256, Algorithm::ES256, Algorithm::EdDSA];
/// By which the provider's clock and ours may differ.
const LEEWAY_SECONDS: i64 = 60;
/// OpenID Connect Core 1.0 §2.
const SUBJECT_CHARACTERS_MAX: usize = 255;

/// What a token has to say.
pub struct Expected<'a> {
    /// The configured provider.
    pub issuer: &'a str,
    /// This service.
    pub client_id: &'a str,
    /// Of the flow.
    pub nonce_sha256: &'a [u8],
}

/// Which key a token says that it is signed with.
pub fn key_id(token: &str) -> Result<(String, Algorithm), Refusal> {
    let header = jsonwebtoken::decode_header(token).map_err(|_| Refusal::Token)?;
    // What `crit` names has to be understood (RFC 7515 §4.1.11), and nothing of it is.
    if !ALGORITHMS.contains(&header.alg) || header.crit.is_some() {
        return Err(Refusal::Algorithm);
    }
    Ok((header.kid.ok_or(Refusal::Key)?, header.alg))
}

/// The claims of a token that this key signed and that is all that is expected, at this instant.
pub fn verify(
    token: &str,
    algorithm: Algorithm,
    key: &DecodingKey,
    expected: &Expected<'_>,
    machine_now: DateTime<Utc>,
) -> Result<Map<String, Value>, Refusal> {
    let decoded = jsonwebtoken::decode::<Map<String, Value>>(token, key, &signature_alone(algorithm));
    let claims = decoded.map_err(|_| Refusal::Signature)?.claims;
    let text = |name: &str| claims.get(name).and_then(Value::as_str);
    if text("iss") != Some(expected.issuer) {
        return Err(Refusal::Issuer);
    }
    // For us alone: an audience of several are people who could hand it on.
    let audience = match claims.get("aud") {
        Some(Value::Array(audience)) if audience.len() == 1 => audience.first(),
        audience => audience,
    };
    let party = claims.get("azp").or(audience);
    if [audience, party].iter().any(|one| one.and_then(Value::as_str) != Some(expected.client_id)) {
        return Err(Refusal::Audience);
    }
    check_time(&claims, machine_now.timestamp())?;
    let nonce_sha256 = text("nonce").map(OpaqueToken::digest);
    if nonce_sha256.is_none_or(|digest| digest != expected.nonce_sha256) {
        return Err(Refusal::Nonce);
    }
    if text("sub").is_some_and(is_subject) { Ok(claims) } else { Err(Refusal::Subject) }
}

fn is_subject(text: &str) -> bool {
    (1..=SUBJECT_CHARACTERS_MAX).contains(&text.chars().count()) && !text.chars().any(char::is_control)
}

/// The claims are for us to check: by our clock, and each for what it says.
fn signature_alone(algorithm: Algorithm) -> Validation {
    let mut validation = Validation::new(algorithm);
    validation.required_spec_claims.clear();
    validation.validate_exp = false;
    validation.validate_aud = false;
    validation
}

fn check_time(claims: &Map<String, Value>, now: i64) -> Result<(), Refusal> {
    let seconds = |name: &str| claims.get(name).map(|value| value.as_i64().ok_or(Refusal::Time)).transpose();
    let expires = seconds("exp")?.ok_or(Refusal::Time)?;
    let issued = seconds("iat")?.ok_or(Refusal::Time)?;
    let begins = seconds("nbf")?.unwrap_or(issued).max(issued);
    let good = now < expires.saturating_add(LEEWAY_SECONDS) && begins <= now.saturating_add(LEEWAY_SECONDS);
    if good { Ok(()) } else { Err(Refusal::Time) }
}

#[cfg(test)]
mod tests;
