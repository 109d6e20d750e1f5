//! Access tokens that somebody made up: each is refused as if it were none.

use aws_lc_rs::hmac;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair};
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use chrono::TimeDelta;
use platform::auth::{Auth, Claims, KeyRing, OpaqueToken, REFRESH_TOKEN_PREFIX, User, generate_key_pem};
use platform::clock::Clock;
use schema::types::Role;
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Value, json};
use std::sync::Arc;
use test_support::database::TestDatabase;
use test_support::tenants::{ACME, VENDOR};
use uuid::Uuid;

use crate::auth::answer;
use crate::support::db;

/// A service, the key that it signs with, and a good token of Acme's viewer.
struct Target {
    auth: Auth,
    pem: SecretString,
    pair: Ed25519KeyPair,
    header: Value,
    claims: Value,
    good: String,
    _database: TestDatabase,
}

fn base64(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

fn decoded(segment: &str) -> Value {
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(segment).unwrap()).unwrap()
}

fn pair_of(pem: &SecretString) -> Ed25519KeyPair {
    let body: String = pem.expose_secret().lines().filter(|line| !line.starts_with('-')).collect();
    Ed25519KeyPair::from_pkcs8_maybe_unchecked(&STANDARD.decode(body).unwrap()).unwrap()
}

/// A token of any header and claims, signed in any way.
fn forge(header: &Value, claims: &Value, sign: impl FnOnce(&[u8]) -> Vec<u8>) -> String {
    let message = format!("{}.{}", base64(header.to_string()), base64(claims.to_string()));
    let signature = sign(message.as_bytes());
    format!("{message}.{}", base64(signature))
}

/// The object with a member set.
fn with(object: &Value, name: &str, value: impl Into<Value>) -> Value {
    let mut object = object.clone();
    object[name] = value.into();
    object
}

/// The object without a member.
fn without(object: &Value, name: &str) -> Value {
    let mut object = object.clone();
    assert!(object.as_object_mut().unwrap().remove(name).is_some(), "{name}");
    object
}

impl Target {
    fn new() -> Self {
        let database = TestDatabase::with_tenants();
        let pem = generate_key_pem().unwrap();
        let keys = Arc::new(KeyRing::from_pems(std::slice::from_ref(&pem)).unwrap());
        let user = User { id: Uuid::from_u128(9), organization_id: ACME, role: Role::PartnerViewer };
        let token = keys.sign(&Claims::new(&user, Clock::machine().now())).unwrap();
        let good = token.expose_secret().to_owned();
        let mut segments = good.split('.').map(str::to_owned);
        let (header, claims) = (decoded(&segments.next().unwrap()), decoded(&segments.next().unwrap()));
        let auth = Auth { keys, db: db(&database) };
        Self { auth, pair: pair_of(&pem), pem, header, claims, good, _database: database }
    }

    /// The service's own signature.
    fn sign(&self, message: &[u8]) -> Vec<u8> {
        self.pair.sign(message).as_ref().to_vec()
    }

    /// Signed by the service's own key, whatever it says.
    fn signed(&self, header: &Value, claims: &Value) -> String {
        forge(header, claims, |message| self.sign(message))
    }

    async fn status(&self, token: &str) -> u16 {
        answer(&self.auth, "/read", Some(&format!("Bearer {token}"))).await.0
    }

    async fn assert_refused(&self, attacks: Vec<(String, String)>) {
        assert!(!attacks.is_empty());
        for (what, token) in attacks {
            assert_eq!(self.status(&token).await, 401, "{what}: {token}");
        }
        // The door is no wall: it still lets its own in.
        assert_eq!(self.status(&self.good).await, 200);
    }
}

#[actix_web::test]
async fn a_token_that_is_made_like_the_services_own_is_let_in() {
    // So that the attacks below fail for what they change and not for how they are made.
    let target = Target::new();
    assert_eq!(target.status(&target.signed(&target.header, &target.claims)).await, 200);
}

#[actix_web::test]
async fn no_algorithm_is_no_signature() {
    let target = Target::new();
    let mut attacks = Vec::new();
    for alg in ["none", "None", "NONE", "nOnE", "", "null"] {
        let header = with(&target.header, "alg", alg);
        attacks.push((format!("{alg} without a signature"), forge(&header, &target.claims, |_| Vec::new())));
        attacks.push((format!("{alg} with the service's signature"), target.signed(&header, &target.claims)));
    }
    for (what, header) in [
        ("no alg", without(&target.header, "alg")),
        ("alg null", with(&target.header, "alg", Value::Null)),
        ("several alg", with(&target.header, "alg", json!(["none", "EdDSA"]))),
    ] {
        attacks.push((what.to_owned(), forge(&header, &target.claims, |_| Vec::new())));
    }
    let unsigned = target.good.rsplit_once('.').unwrap().0.to_owned();
    attacks.push(("an empty signature".to_owned(), format!("{unsigned}.")));
    attacks.push(("two segments".to_owned(), unsigned));
    target.assert_refused(attacks).await;
}

#[actix_web::test]
async fn the_public_key_is_no_secret_to_sign_with() {
    let target = Target::new();
    let public = target.pair.public_key().as_ref();
    let jwk = target.auth.keys.jwks()["keys"][0].clone();
    let mut attacks = Vec::new();
    for (alg, hash) in
        [("HS256", hmac::HMAC_SHA256), ("HS384", hmac::HMAC_SHA384), ("HS512", hmac::HMAC_SHA512)]
    {
        let header = with(&target.header, "alg", alg);
        let secrets = [
            ("the key", public.to_vec()),
            ("the key's text", base64(public).into_bytes()),
            ("the JWK", jwk.to_string().into_bytes()),
            ("nothing", Vec::new()),
        ];
        for (what, secret) in secrets {
            let sign = |message: &[u8]| hmac::sign(&hmac::Key::new(hash, &secret), message).as_ref().to_vec();
            attacks.push((format!("{alg} by {what}"), forge(&header, &target.claims, sign)));
        }
    }
    target.assert_refused(attacks).await;
}

#[actix_web::test]
async fn another_algorithm_is_refused() {
    let target = Target::new();
    let mut attacks = Vec::new();
    for alg in ["RS256", "RS512", "PS256", "ES256", "ES384", "ES512", "Ed25519", "eddsa"] {
        let header = with(&target.header, "alg", alg);
        attacks.push((alg.to_owned(), target.signed(&header, &target.claims)));
    }
    let key = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).unwrap();
    let sign = |message: &[u8]| key.sign(&SystemRandom::new(), message).unwrap().as_ref().to_vec();
    let header = with(&target.header, "alg", "ES256");
    attacks.push(("ES256 by a key of the attacker's".to_owned(), forge(&header, &target.claims, sign)));
    target.assert_refused(attacks).await;
}

#[actix_web::test]
async fn only_the_services_keys_are_keys() {
    let target = Target::new();
    let stranger = pair_of(&generate_key_pem().unwrap());
    let by_stranger =
        |header: &Value| forge(header, &target.claims, |message| stranger.sign(message).as_ref().to_vec());
    let mut attacks = vec![("another key under a known id".to_owned(), by_stranger(&target.header))];
    for kid in [
        json!("unknown"),
        json!(""),
        json!(null),
        json!(0),
        json!(["a"]),
        json!("../../dev/null"),
        json!("' OR '1'='1"),
    ] {
        let header = with(&target.header, "kid", kid.clone());
        attacks.push((format!("another key under {kid}"), by_stranger(&header)));
        attacks.push((format!("the service's key under {kid}"), target.signed(&header, &target.claims)));
    }
    let header = without(&target.header, "kid");
    attacks.push(("the service's key under no id".to_owned(), target.signed(&header, &target.claims)));
    target.assert_refused(attacks).await;
}

#[actix_web::test]
async fn a_token_does_not_bring_its_own_key() {
    let target = Target::new();
    let stranger = pair_of(&generate_key_pem().unwrap());
    let x = base64(stranger.public_key().as_ref());
    let brought = [
        ("jwk", json!({"kty": "OKP", "crv": "Ed25519", "x": x, "kid": target.header["kid"]})),
        ("jku", json!("http://127.0.0.1:9/keys")),
        ("x5u", json!("http://127.0.0.1:9/certificate")),
        ("x5c", json!([STANDARD.encode(stranger.public_key().as_ref())])),
    ];
    let mut attacks = Vec::new();
    for (name, value) in brought {
        let header = with(&target.header, name, value);
        for header in [header.clone(), without(&header, "kid"), with(&header, "kid", "mine")] {
            let sign = |message: &[u8]| stranger.sign(message).as_ref().to_vec();
            attacks.push((format!("{name} in {header}"), forge(&header, &target.claims, sign)));
        }
    }
    target.assert_refused(attacks).await;
}

#[actix_web::test]
async fn what_was_signed_cannot_be_altered() {
    let target = Target::new();
    let [header, _, signature] = target.good.split('.').collect::<Vec<_>>()[..] else { panic!() };
    let altered = |claims: &Value| format!("{header}.{}.{signature}", base64(claims.to_string()));
    let mut attacks = Vec::new();
    for (name, value) in [
        ("role", json!("partner-admin")),
        ("role", json!("operator-admin")),
        ("org", json!(VENDOR)),
        ("sub", json!(Uuid::from_u128(10))),
        ("exp", json!(4_000_000_000_i64)),
    ] {
        attacks.push((format!("{name} {value}"), altered(&with(&target.claims, name, value))));
    }
    let short = &signature[..signature.len() - 2];
    attacks.push(("a shorter signature".to_owned(), target.good.replace(signature, short)));
    attacks.push(("a padded signature".to_owned(), format!("{}==", target.good)));
    attacks.push(("a fourth segment".to_owned(), format!("{}.{signature}", target.good)));
    attacks.push(("a JWE".to_owned(), format!("{header}.{signature}.{signature}.{signature}.{signature}")));
    target.assert_refused(attacks).await;
}

#[actix_web::test]
async fn every_claim_is_needed_and_means_what_it_says() {
    let target = Target::new();
    let mut attacks = Vec::new();
    for name in ["iss", "aud", "sub", "org", "role", "iat", "exp", "jti"] {
        for (what, claims) in [
            ("no", without(&target.claims, name)),
            ("null for", with(&target.claims, name, Value::Null)),
            ("an object for", with(&target.claims, name, json!({}))),
        ] {
            attacks.push((format!("{what} {name}"), target.signed(&target.header, &claims)));
        }
    }
    for (name, value) in [
        ("aud", json!("portal")),
        ("aud", json!(["usage-insight-api", "portal"])),
        ("aud", json!("")),
        ("iss", json!("https://issuer.test")),
        ("iss", json!("Usage-Insight")),
        ("sub", json!("admin@acme.test")),
        ("role", json!("owner")),
        ("role", json!(["partner-admin"])),
        ("org", json!("*")),
        ("exp", json!("4000000000")),
    ] {
        let claims = with(&target.claims, name, value.clone());
        attacks.push((format!("{name} {value}"), target.signed(&target.header, &claims)));
    }
    target.assert_refused(attacks).await;
}

#[actix_web::test]
async fn a_token_has_its_time() {
    let target = Target::new();
    let now = Clock::machine().now();
    let at = |name: &str, offset: TimeDelta| {
        let claims = with(&target.claims, name, (now + offset).timestamp());
        target.signed(&target.header, &claims)
    };
    let attacks = [
        ("expired long ago", at("exp", -TimeDelta::days(1))),
        ("expired just now", at("exp", TimeDelta::zero())),
        ("never expires", target.signed(&target.header, &with(&target.claims, "exp", -1))),
        ("not good before tomorrow", at("nbf", TimeDelta::days(1))),
    ];
    target.assert_refused(attacks.map(|(what, token)| (what.to_owned(), token)).to_vec()).await;
    assert_eq!(target.status(&at("nbf", -TimeDelta::days(1))).await, 200);
}

#[actix_web::test]
async fn what_is_too_long_is_not_read() {
    let target = Target::new();
    let padded =
        |length: usize| target.signed(&target.header, &with(&target.claims, "padding", "a".repeat(length)));
    assert_eq!(target.status(&padded(1000)).await, 200, "what nobody asks for is ignored");
    target.assert_refused(vec![("too long".to_owned(), padded(4000))]).await;
}

#[actix_web::test]
async fn a_token_of_another_kind_is_none() {
    let target = Target::new();
    let refresh = OpaqueToken::generate(REFRESH_TOKEN_PREFIX).unwrap();
    let mut attacks = vec![("a refresh token", refresh.text.expose_secret().to_owned())];
    for prefix in ["umt_", "uik_", "urt_", "UIK_"] {
        attacks.push(("a prefix before a good token", format!("{prefix}{}", target.good)));
        attacks.push(("a prefix alone", prefix.to_owned()));
    }
    attacks.push(("the service's key", base64(target.pem.expose_secret())));
    target.assert_refused(attacks.into_iter().map(|(what, token)| (what.to_owned(), token)).collect()).await;
}
