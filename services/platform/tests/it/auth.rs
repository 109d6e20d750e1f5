//! Tokens, keys and rights, through the extractor.

use actix_web::{App, HttpResponse, get, test, web};
use chrono::{DateTime, TimeDelta, Utc};
use platform::auth::{
    Auth, Authorized, Claims, KeyRing, METER_TOKEN_PREFIX, MayManageKeys, MayManageMeters, MayRead,
    MayUpload, OpaqueToken, SignedIn, User, generate_key_pem,
};
use platform::clock::Clock;
use platform::db::{Db, DbError};
use platform::problem::ApiError;
use schema::Scope;
use schema::meters::{self, NewMeter, NewToken, Settings, since_ever};
use schema::types::{BillingMode, Connectivity, Role};
use secrecy::{ExposeSecret, SecretString};
use std::sync::Arc;
use test_support::database::TestDatabase;
use test_support::tenants::{ACME, GLOBEX, INITECH, NORTHWIND};
use uuid::Uuid;

use crate::support::db;

#[get("/read")]
async fn read(caller: Authorized<MayRead>) -> Result<String, ApiError> {
    let scope = caller.scope().await?;
    Ok(format!(
        "{} sees {}",
        caller.label(),
        match scope {
            Scope::Organization(_) => 1,
            Scope::Subtree { members, .. } => members.len(),
            Scope::Machinery(_) => 0,
        }
    ))
}

#[get("/partner/{id}")]
async fn partner(caller: Authorized<MayRead>, id: web::Path<Uuid>) -> Result<HttpResponse, ApiError> {
    caller.scope_of(Some(*id)).await.map(|_| HttpResponse::Ok().finish())
}

#[get("/manage")]
async fn manage(_: Authorized<MayManageMeters>) -> HttpResponse {
    HttpResponse::Ok().finish()
}

#[get("/signed-in")]
async fn signed_in(_: Authorized<SignedIn>) -> HttpResponse {
    HttpResponse::Ok().finish()
}

#[get("/manage-keys")]
async fn manage_keys(_: Authorized<MayManageKeys>) -> HttpResponse {
    HttpResponse::Ok().finish()
}

#[get("/upload")]
async fn upload(caller: Authorized<MayUpload>) -> String {
    caller.label()
}

/// The answer to a request with this `Authorization` header.
pub async fn answer(auth: &Auth, path: &str, authorization: Option<&str>) -> (u16, String) {
    let app = App::new()
        .app_data(web::Data::new(auth.clone()))
        .service(read)
        .service(partner)
        .service(manage)
        .service(signed_in)
        .service(manage_keys)
        .service(upload);
    let app = test::init_service(app).await;
    let mut request = test::TestRequest::get().uri(path);
    if let Some(authorization) = authorization {
        request = request.insert_header(("authorization", authorization));
    }
    let response = test::call_service(&app, request.to_request()).await;
    let status = response.status().as_u16();
    (status, String::from_utf8(test::read_body(response).await.to_vec()).unwrap())
}

pub fn auth(db: Db) -> Auth {
    Auth { keys: Arc::new(KeyRing::from_pems(&[generate_key_pem().unwrap()]).unwrap()), db }
}

pub fn bearer(keys: &KeyRing, organization_id: Uuid, role: Role) -> String {
    let claims = Claims::new(&User { id: Uuid::from_u128(9), organization_id, role }, Clock::machine().now());
    format!("Bearer {}", keys.sign(&claims).unwrap().expose_secret())
}

#[actix_web::test]
async fn a_token_gives_its_user_and_scope() {
    let database = TestDatabase::with_tenants();
    let auth = auth(db(&database));
    let partner_viewer = bearer(&auth.keys, ACME, Role::PartnerViewer);
    let user = "user:00000000-0000-0000-0000-000000000009";
    assert_eq!(answer(&auth, "/read", Some(&partner_viewer)).await, (200, format!("{user} sees 1")));
    let aggregator = bearer(&auth.keys, NORTHWIND, Role::AggregatorViewer);
    assert_eq!(answer(&auth, "/read", Some(&aggregator)).await, (200, format!("{user} sees 3")));
    for (organization_id, status) in [(ACME, 200), (GLOBEX, 200), (INITECH, 404), (Uuid::nil(), 404)] {
        let path = format!("/partner/{organization_id}");
        assert_eq!(answer(&auth, &path, Some(&aggregator)).await.0, status, "{organization_id}");
    }
    let lower_case = partner_viewer.replace("Bearer", "bearer");
    assert_eq!(answer(&auth, "/read", Some(&lower_case)).await.0, 200);
}

#[actix_web::test]
async fn a_role_without_the_right_is_refused() {
    let database = TestDatabase::with_tenants();
    let auth = auth(db(&database));
    for (role, status) in [(Role::PartnerAdmin, 200), (Role::PartnerViewer, 403)] {
        assert_eq!(answer(&auth, "/manage", Some(&bearer(&auth.keys, ACME, role))).await.0, status);
    }
}

#[actix_web::test]
async fn without_a_good_token_nobody_is_anybody() {
    let database = TestDatabase::with_tenants();
    let auth = auth(db(&database));
    let good = bearer(&auth.keys, ACME, Role::PartnerAdmin);
    let foreign_keys = KeyRing::from_pems(&[generate_key_pem().unwrap()]).unwrap();
    let user = User { id: Uuid::nil(), organization_id: ACME, role: Role::PartnerAdmin };
    let signed = |claims: &Claims| format!("Bearer {}", auth.keys.sign(claims).unwrap().expose_secret());
    let now = Clock::machine().now();
    let claims = Claims::new(&user, now);
    // {"alg":"none"} and the claims of the good token.
    let unsigned = format!("Bearer eyJhbGciOiJub25lIn0.{}.", good.split('.').nth(1).unwrap());
    for (what, authorization) in [
        ("none", None),
        ("empty", Some(String::new())),
        ("another scheme", Some(good.replace("Bearer", "Basic"))),
        ("no token", Some("Bearer ".to_owned())),
        ("rubbish", Some("Bearer a.b.c".to_owned())),
        ("a changed signature", Some(good[..good.len() - 8].to_owned() + "AAAAAAAA")),
        ("another key", Some(bearer(&foreign_keys, ACME, Role::PartnerAdmin))),
        ("no signature", Some(unsigned)),
        ("expired", Some(signed(&Claims::new(&user, now - TimeDelta::minutes(15))))),
        ("another audience", Some(signed(&Claims { aud: "portal".to_owned(), ..claims.clone() }))),
        ("another issuer", Some(signed(&Claims { iss: "me".to_owned(), ..claims.clone() }))),
        ("an unknown meter", Some(format!("Bearer {METER_TOKEN_PREFIX}nobody"))),
        ("too long", Some(format!("Bearer {}", "a".repeat(5000)))),
    ] {
        let (status, body) = answer(&auth, "/read", authorization.as_deref()).await;
        assert_eq!(status, 401, "{what}: {body}");
    }
    assert_eq!(answer(&auth, "/read", Some(&good)).await.0, 200);
}

pub async fn register_meter(db: &Db, token: &OpaqueToken) {
    let (now, token_sha256): (DateTime<Utc>, _) = (Clock::machine().now(), token.sha256);
    db.run(Scope::Organization(ACME), move |tx| {
        let meter = NewMeter {
            id: Uuid::from_u128(77),
            name: "ams-1",
            connectivity: Connectivity::Online,
            public_key: None,
            registered_at: now,
        };
        let settings = Settings {
            organization_id: ACME,
            meter_id: meter.id,
            effective_from: since_ever(),
            billing_mode: BillingMode::Production,
            contract_number: "ACME-0001".to_owned(),
            site_id: None,
            recorded_at: now,
            id: Uuid::now_v7(),
            recorded_by: None,
        };
        meters::register(tx, &meter, &settings)?;
        let token = NewToken { id: Uuid::now_v7(), token_sha256: &token_sha256, created_at: now };
        Ok::<_, DbError>(meters::add_token(tx, meter.id, &token)?)
    })
    .await
    .unwrap();
}

#[actix_web::test]
async fn a_meters_token_uploads_and_does_nothing_else() {
    let database = TestDatabase::with_tenants();
    let auth = auth(db(&database));
    let token = OpaqueToken::generate(METER_TOKEN_PREFIX).unwrap();
    register_meter(&auth.db, &token).await;
    let authorization = format!("Bearer {}", token.text.expose_secret());
    let meter = "meter:00000000-0000-0000-0000-00000000004d".to_owned();
    assert_eq!(answer(&auth, "/upload", Some(&authorization)).await, (200, meter));
    assert_eq!(answer(&auth, "/read", Some(&authorization)).await.0, 403);
}

#[::core::prelude::v1::test]
fn keys_rotate() {
    let (old, new): (SecretString, SecretString) = (generate_key_pem().unwrap(), generate_key_pem().unwrap());
    let before = KeyRing::from_pems(std::slice::from_ref(&old)).unwrap();
    let announced = KeyRing::from_pems(&[old.clone(), new.clone()]).unwrap();
    let after = KeyRing::from_pems(&[new.clone(), old]).unwrap();
    let done = KeyRing::from_pems(&[new]).unwrap();
    let user = User { id: Uuid::nil(), organization_id: ACME, role: Role::PartnerAdmin };
    let claims = Claims::new(&user, Clock::machine().now());
    let (old_token, new_token) = (before.sign(&claims).unwrap(), after.sign(&claims).unwrap());
    assert_eq!(after.verify(old_token.expose_secret()), Some(claims.clone()));
    assert_eq!(after.verify(new_token.expose_secret()), Some(claims.clone()));
    // So the new one comes second first, until every process knows it: one that does not would refuse what others sign.
    assert_eq!(before.verify(new_token.expose_secret()), None);
    assert_eq!(announced.verify(new_token.expose_secret()), Some(claims.clone()));
    assert_eq!(before.verify(announced.sign(&claims).unwrap().expose_secret()), Some(claims.clone()));
    // The new key signs from the first, and alone when the overlap is over.
    assert_eq!(done.verify(new_token.expose_secret()), Some(claims));
    assert_eq!(done.verify(old_token.expose_secret()), None);
    assert_eq!(after.jwks()["keys"].as_array().unwrap().len(), 2);
    assert_eq!(after.jwks()["keys"][1], before.jwks()["keys"][0]);
}

#[::core::prelude::v1::test]
fn keys_are_those_that_openssl_makes() {
    // The private key of RFC 8410 §10.3, with the public key of §10.1.
    let pem = "-----BEGIN PRIVATE KEY-----
MC4CAQAwBQYDK2VwBCIEINTuctv5E1hK1bbY8fdp+K06/nwoy/HU++CXqI9EdVhC
-----END PRIVATE KEY-----
";
    let keys = KeyRing::from_pems(&[pem.to_owned().into()]).unwrap();
    assert_eq!(keys.jwks()["keys"][0]["x"], "Gb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE");
    let user = User { id: Uuid::nil(), organization_id: ACME, role: Role::PartnerAdmin };
    let claims = Claims::new(&user, Clock::machine().now());
    assert_eq!(keys.verify(keys.sign(&claims).unwrap().expose_secret()), Some(claims));
    assert!(KeyRing::from_pems(&["no key".to_owned().into()]).is_err());
    assert!(KeyRing::from_pems(&[]).is_err());
}
