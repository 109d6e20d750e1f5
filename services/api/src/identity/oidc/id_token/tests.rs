use aws_lc_rs::encoding::{AsDer, Pkcs8V1Der};
use aws_lc_rs::rsa::{KeyPair, KeySize};
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair};
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use jsonwebtoken::jwk::Jwk;
use jsonwebtoken::{EncodingKey, Header};
use secrecy::ExposeSecret;
use serde_json::json;

use super::*;

const ISSUER: &str = "https://login.example";
const NOW: i64 = 1_795_334_400;

/// A provider with one key.
struct Signer {
    algorithm: Algorithm,
    private: EncodingKey,
    public: DecodingKey,
}

impl Signer {
    fn new(algorithm: Algorithm) -> Self {
        let private = match algorithm {
            Algorithm::RS256 | Algorithm::PS256 => {
                let pair = KeyPair::generate(KeySize::Rsa2048).unwrap();
                let der: Pkcs8V1Der<'_> = pair.as_der().unwrap();
                let pem = STANDARD.encode(der.as_ref());
                let pem = format!("-----BEGIN PRIVATE KEY-----\n{pem}\n-----END PRIVATE KEY-----\n");
                EncodingKey::from_rsa_pem(pem.as_bytes()).unwrap()
            }
            Algorithm::ES256 => {
                let pair = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).unwrap();
                EncodingKey::from_ec_der(pair.to_pkcs8v1().unwrap().as_ref())
            }
            _ => {
                let pem = platform::auth::generate_key_pem().unwrap();
                EncodingKey::from_ed_pem(pem.expose_secret().as_bytes()).unwrap()
            }
        };
        let public = DecodingKey::from_jwk(&Jwk::from_encoding_key(&private, algorithm).unwrap()).unwrap();
        Self { algorithm, private, public }
    }

    fn sign(&self, claims: &Value) -> String {
        let mut header = Header::new(self.algorithm);
        header.kid = Some("key".to_owned());
        jsonwebtoken::encode(&header, claims, &self.private).unwrap()
    }

    fn verify(&self, token: &str) -> Result<Map<String, Value>, Refusal> {
        let nonce_sha256 = OpaqueToken::digest("nonce");
        let expected = Expected { issuer: ISSUER, client_id: "client", nonce_sha256: &nonce_sha256 };
        let (_, algorithm) = key_id(token)?;
        verify(token, algorithm, &self.public, &expected, DateTime::from_timestamp(NOW, 0).unwrap())
    }

    /// What becomes of a token with these claims in place of good ones; null for none.
    fn with(&self, more: &Value) -> Result<(), Refusal> {
        let mut claims = good();
        let members = claims.as_object_mut().unwrap();
        members.extend(more.as_object().unwrap().clone());
        members.retain(|_, value| !value.is_null());
        self.verify(&self.sign(&claims)).map(drop)
    }
}

fn good() -> Value {
    json!({
        "iss": ISSUER, "aud": "client", "sub": "somebody", "nonce": "nonce",
        "iat": NOW - 10, "exp": NOW + 3600, "groups": ["a"],
    })
}

#[test]
fn a_token_of_each_kind_of_key_says_who_it_is() {
    for algorithm in ALGORITHMS {
        let signer = Signer::new(algorithm);
        let token = signer.sign(&good());
        assert_eq!(key_id(&token), Ok(("key".to_owned(), algorithm)));
        assert_eq!(signer.verify(&token).unwrap()["groups"], json!(["a"]), "{algorithm:?}");
        assert_eq!(Signer::new(algorithm).verify(&token).unwrap_err(), Refusal::Signature, "{algorithm:?}");
    }
}

#[test]
fn a_token_is_the_providers_for_us_and_of_this_flow() {
    let signer = Signer::new(Algorithm::EdDSA);
    for good in [json!({}), json!({"aud": ["client"]}), json!({"azp": "client"})] {
        assert_eq!(signer.with(&good), Ok(()), "{good}");
    }
    for (wrong, refusal) in [
        (json!({"iss": "https://login.example/"}), Refusal::Issuer),
        (json!({"iss": [ISSUER]}), Refusal::Issuer),
        (json!({"iss": null}), Refusal::Issuer),
        (json!({"aud": "other"}), Refusal::Audience),
        (json!({"aud": ["client", "other"]}), Refusal::Audience),
        (json!({"aud": ["client", "other"], "azp": "client"}), Refusal::Audience),
        (json!({"aud": []}), Refusal::Audience),
        (json!({"aud": null, "azp": "client"}), Refusal::Audience),
        (json!({"azp": "other"}), Refusal::Audience),
        (json!({"nonce": "of another flow"}), Refusal::Nonce),
        (json!({"nonce": null}), Refusal::Nonce),
        (json!({"sub": null}), Refusal::Subject),
        (json!({"sub": ""}), Refusal::Subject),
        (json!({"sub": "x".repeat(256)}), Refusal::Subject),
        (json!({"sub": "a\0b"}), Refusal::Subject),
        (json!({"sub": 7}), Refusal::Subject),
    ] {
        assert_eq!(signer.with(&wrong), Err(refusal), "{wrong}");
    }
}

#[test]
fn a_token_has_its_time_by_our_clock_give_or_take_a_minute() {
    let signer = Signer::new(Algorithm::EdDSA);
    for good in [json!({"exp": NOW - 59}), json!({"iat": NOW + 60}), json!({"nbf": NOW + 60})] {
        assert_eq!(signer.with(&good), Ok(()), "{good}");
    }
    for wrong in [
        json!({"exp": NOW - 60}),
        json!({"exp": null}),
        json!({"exp": "2100-01-01"}),
        json!({"exp": i64::MIN}),
        json!({"iat": NOW + 61}),
        json!({"iat": null}),
        json!({"nbf": NOW + 61}),
        json!({"nbf": i64::MAX}),
    ] {
        assert_eq!(signer.with(&wrong), Err(Refusal::Time), "{wrong}");
    }
}

#[test]
fn what_nobody_signed_is_nobodys() {
    let signer = Signer::new(Algorithm::EdDSA);
    let token = signer.sign(&good());
    let (_, rest) = token.split_once('.').unwrap();
    let (payload, signature) = rest.split_once('.').unwrap();
    let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    for (header, refusal) in [
        (json!({"alg": "none", "kid": "key"}), Refusal::Token),
        (json!({"alg": "HS256", "kid": "key"}), Refusal::Algorithm),
        (json!({"alg": "RS512", "kid": "key"}), Refusal::Algorithm),
        (json!({"alg": "EdDSA", "kid": "key", "crit": ["b64"]}), Refusal::Algorithm),
        (json!({"alg": "EdDSA"}), Refusal::Key),
        (json!({"alg": "ES256", "kid": "key"}), Refusal::Signature),
        (json!({"alg": "EdDSA", "kid": "other"}), Refusal::Signature),
    ] {
        let forged = format!("{}.{payload}.{signature}", part(&header));
        assert_eq!(signer.verify(&forged), Err(refusal), "{header}");
    }
    for forged in ["", "a.b.c", "a.b", &format!("{token}."), &format!("{token}.a.b")] {
        assert_eq!(signer.verify(forged), Err(Refusal::Token), "{forged}");
    }
    let mut other = good();
    other["sub"] = json!("somebody else");
    let header = part(&json!({"alg": "EdDSA", "kid": "key"}));
    for signature in [signature, ""] {
        let forged = format!("{header}.{}.{signature}", part(&other));
        assert_eq!(signer.verify(&forged), Err(Refusal::Signature));
    }
}
