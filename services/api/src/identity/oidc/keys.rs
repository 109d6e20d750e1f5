//! The provider's public keys, kept for a while.

use chrono::{DateTime, TimeDelta, Utc};
use jsonwebtoken::jwk::{Jwk, PublicKeyUse};
use jsonwebtoken::{Algorithm, DecodingKey};
use serde_json::{Map, Value};

use super::kept::Kept;

/// A key that the provider withdrew is good for no longer.
const LIFE: TimeDelta = TimeDelta::hours(1);
/// A key that is not known makes us ask again, but not more often.
const ASK_AGAIN: TimeDelta = TimeDelta::minutes(1);

/// A JWK set.
pub struct Keys(Vec<Key>);

struct Key {
    id: String,
    /// When the provider says so; else that of the token, if it fits the kind of key.
    algorithm: Option<String>,
    public: DecodingKey,
}

impl Keys {
    /// Of a document, without the keys that are of no use here.
    pub fn of(document: &Map<String, Value>) -> Self {
        let listed = document.get("keys").and_then(Value::as_array).into_iter().flatten();
        Self(listed.filter_map(Key::of).collect())
    }

    fn find(&self, id: &str, algorithm: Algorithm) -> Option<DecodingKey> {
        let algorithm = format!("{algorithm:?}");
        let fits = |key: &&Key| key.id == id && key.algorithm.as_ref().is_none_or(|own| *own == algorithm);
        self.0.iter().find(fits).map(|key| key.public.clone())
    }
}

impl Key {
    fn of(jwk: &Value) -> Option<Self> {
        let algorithm = jwk.get("alg").and_then(Value::as_str).map(str::to_owned);
        let jwk: Jwk = serde_json::from_value(jwk.clone()).ok()?;
        if jwk.common.public_key_use.as_ref().is_some_and(|of| *of != PublicKeyUse::Signature) {
            return None;
        }
        let public = DecodingKey::from_jwk(&jwk).ok()?;
        Some(Self { id: jwk.common.key_id?, algorithm, public })
    }
}

impl Kept<Keys> {
    /// A key by its id; asked for again when it is not among those that are kept.
    pub fn find<E>(
        &self,
        (id, algorithm): (&str, Algorithm),
        machine_now: DateTime<Utc>,
        ask: impl FnOnce() -> Result<Keys, E>,
    ) -> Result<Option<DecodingKey>, E> {
        if let Some(keys) = self.younger_than(LIFE, machine_now) {
            let found = keys.find(id, algorithm);
            if found.is_some() || self.younger_than(ASK_AGAIN, machine_now).is_some() {
                return Ok(found);
            }
        }
        Ok(self.keep(ask()?, machine_now).find(id, algorithm))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;
    use std::cell::Cell;

    /// Keys with these ids.
    fn keys(ids: &[&str]) -> Keys {
        let jwk = |id: &&str| json!({"kty": "OKP", "crv": "Ed25519", "x": "AAAA", "kid": id, "alg": "EdDSA"});
        let keys: Vec<Value> = ids.iter().map(jwk).collect();
        Keys::of(json!({ "keys": keys }).as_object().unwrap())
    }

    #[test]
    fn an_unknown_key_is_asked_for_once_a_minute() {
        let (kept, asked) = (Kept::default(), Cell::new(0));
        let start: DateTime<Utc> = "2026-11-22T08:00:00Z".parse().unwrap();
        let find = |id: &str, seconds: i64, ids: &[&str]| {
            let ask = || {
                asked.set(asked.get() + 1);
                Ok::<_, ()>(keys(ids))
            };
            let now = start + TimeDelta::seconds(seconds);
            kept.find((id, Algorithm::EdDSA), now, ask).unwrap().is_some()
        };
        assert!(find("a", 0, &["a"]));
        assert!(find("a", 59, &[]), "kept");
        assert!(!find("b", 59, &["a", "b"]), "just asked");
        assert_eq!(asked.get(), 1);
        assert!(find("b", 60, &["a", "b"]), "the provider has a new key");
        assert!(find("a", 3659, &[]), "kept");
        assert_eq!(asked.get(), 2);
        assert!(!find("a", 3660, &["b"]), "the provider has withdrawn it");
        assert_eq!(asked.get(), 3);
    }

    #[test]
    fn keys_of_other_uses_and_kinds_are_passed_over() {
        let jwk = |more: Value| {
            let mut jwk = json!({"kty": "OKP", "crv": "Ed25519", "x": "AAAA", "kid": "a"});
            jwk.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            Keys::of(json!({"keys": [jwk]}).as_object().unwrap()).find("a", Algorithm::EdDSA).is_some()
        };
        assert!(jwk(json!({})) && jwk(json!({"use": "sig", "alg": "EdDSA"})));
        for other in [
            json!({"use": "enc"}),
            json!({"alg": "ES256"}),
            json!({"alg": "Ed448"}),
            json!({"kty": "unheard-of"}),
            json!({"kid": null}),
        ] {
            assert!(!jwk(other.clone()), "{other}");
        }
    }
}
