//! Somebody, as the provider knows them.

use platform::config::OidcSettings;
use serde_json::{Map, Value};

/// As long as any that can be written to.
const EMAIL_CHARACTERS_MAX: usize = 320;

/// Somebody, as the provider knows them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    /// The provider's own id of them, which never changes.
    pub subject: String,
    /// In lower case; none that the provider has not verified.
    pub email: Option<String>,
    /// The values of the claim that says what they are.
    pub values: Vec<String>,
}

impl Person {
    /// Whether an ID token says all that is needed. A provider may leave the rest to its userinfo endpoint.
    pub fn is_in(claims: &Map<String, Value>, settings: &OidcSettings) -> bool {
        [&settings.roles_claim, "email", "email_verified"].iter().all(|name| claims.contains_key(*name))
    }

    /// Of verified claims.
    pub fn of(claims: &Map<String, Value>, settings: &OidcSettings) -> Self {
        let text = |name: &str| claims.get(name).and_then(Value::as_str);
        // Some providers write it as a text.
        let verified = claims.get("email_verified").is_some_and(|value| *value == true || *value == "true");
        Self {
            subject: text("sub").unwrap_or_default().to_owned(),
            email: text("email").filter(|email| verified && is_email(email)).map(str::to_lowercase),
            values: values(claims.get(&settings.roles_claim)),
        }
    }
}

fn values(claim: Option<&Value>) -> Vec<String> {
    let listed = match claim {
        Some(Value::Array(listed)) => listed.as_slice(),
        Some(one) => std::slice::from_ref(one),
        None => &[],
    };
    listed.iter().filter_map(Value::as_str).map(str::to_owned).collect()
}

fn is_email(text: &str) -> bool {
    let whole = text.split_once('@').is_some_and(|(name, host)| !name.is_empty() && !host.is_empty());
    whole
        && text.chars().count() <= EMAIL_CHARACTERS_MAX
        && !text.chars().any(|c| c.is_control() || c.is_whitespace())
}
