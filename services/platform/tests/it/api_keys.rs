//! API keys, through the extractor.

use chrono::{DateTime, TimeDelta, Utc};
use platform::auth::{API_KEY_PREFIX, Auth, OpaqueToken};
use platform::clock::Clock;
use platform::db::DbError;
use schema::api_keys::{self, ApiKey, NewApiKey};
use schema::types::Role;
use schema::{Scope, Tx};
use secrecy::ExposeSecret;
use test_support::database::TestDatabase;
use test_support::tenants::{ACME, GLOBEX, INITECH, NORTHWIND};
use uuid::Uuid;

use crate::auth::{answer, auth};
use crate::support::db;

const ID: Uuid = Uuid::from_u128(5);

fn now() -> DateTime<Utc> {
    Clock::machine().now()
}

async fn within<T: Send + 'static>(
    auth: &Auth,
    organization: Uuid,
    work: impl FnOnce(&mut Tx<'_>) -> diesel::QueryResult<T> + Send + 'static,
) -> T {
    auth.db.run(Scope::Organization(organization), |tx| Ok::<_, DbError>(work(tx)?)).await.unwrap()
}

/// Adds the key [`ID`] that is good for so long; returns the header that shows it.
async fn key(auth: &Auth, (role, organization): (Role, Uuid), rights: &[&str], life: TimeDelta) -> String {
    let token = OpaqueToken::generate(API_KEY_PREFIX).unwrap();
    let rights: Vec<String> = rights.iter().map(|right| (*right).to_owned()).collect();
    within(auth, organization, move |tx| {
        let rights: Vec<&str> = rights.iter().map(String::as_str).collect();
        let key = NewApiKey {
            id: ID,
            name: "nightly",
            token_sha256: &token.sha256,
            role,
            rights: &rights,
            created_by: "user:00000000-0000-0000-0000-000000000009",
            created_at: now(),
            expires_at: now() + life,
        };
        api_keys::insert(tx, &key)?;
        Ok(format!("Bearer {}", token.text.expose_secret()))
    })
    .await
}

async fn found(auth: &Auth) -> ApiKey {
    within(auth, ACME, |tx| api_keys::find(tx, ID)).await.unwrap()
}

const ADMIN: (Role, Uuid) = (Role::PartnerAdmin, ACME);

#[actix_web::test]
async fn a_key_may_what_it_was_given_and_no_more() {
    let database = TestDatabase::with_tenants();
    let auth = auth(db(&database));
    let key = key(&auth, ADMIN, &["read", "upload"], TimeDelta::days(1)).await;
    let label = format!("api-key:{ID}");
    assert_eq!(answer(&auth, "/read", Some(&key)).await, (200, format!("{label} sees 1")));
    assert_eq!(answer(&auth, "/upload", Some(&key)).await, (200, label));
    // A right of its maker's role.
    let (status, body) = answer(&auth, "/manage", Some(&key)).await;
    assert_eq!((status, body.contains("API key")), (403, true), "{body}");
}

#[actix_web::test]
async fn a_key_sees_what_its_makers_role_sees() {
    let database = TestDatabase::with_tenants();
    let auth = auth(db(&database));
    let key = key(&auth, (Role::AggregatorAdmin, NORTHWIND), &["read"], TimeDelta::days(1)).await;
    assert_eq!(answer(&auth, "/read", Some(&key)).await, (200, format!("api-key:{ID} sees 3")));
    for (organization, status) in [(ACME, 200), (GLOBEX, 200), (INITECH, 404)] {
        assert_eq!(answer(&auth, &format!("/partner/{organization}"), Some(&key)).await.0, status);
    }
}

#[actix_web::test]
async fn a_right_that_the_role_lost_or_no_key_has_is_not_the_keys() {
    let database = TestDatabase::with_tenants();
    let auth = auth(db(&database));
    let rights = ["read", "upload", "manage-meters", "signed-in", "manage-keys"];
    let key = key(&auth, (Role::PartnerViewer, ACME), &rights, TimeDelta::days(1)).await;
    for (path, status) in
        [("/read", 200), ("/upload", 403), ("/manage", 403), ("/signed-in", 403), ("/manage-keys", 403)]
    {
        assert_eq!(answer(&auth, path, Some(&key)).await.0, status, "{path}");
    }
}

#[actix_web::test]
async fn a_key_that_is_over_is_none() {
    let database = TestDatabase::with_tenants();
    let auth = auth(db(&database));
    let key = key(&auth, ADMIN, &["read"], TimeDelta::zero()).await;
    assert_eq!(answer(&auth, "/read", Some(&key)).await.0, 401);
    assert_eq!(found(&auth).await.last_used_at, None);
}

#[actix_web::test]
async fn a_revoked_key_is_none() {
    let database = TestDatabase::with_tenants();
    let auth = auth(db(&database));
    let key = key(&auth, ADMIN, &["read"], TimeDelta::days(1)).await;
    assert_eq!(answer(&auth, "/read", Some(&key)).await.0, 200);
    within(&auth, GLOBEX, |tx| api_keys::revoke(tx, ID, now())).await;
    assert_eq!(answer(&auth, "/read", Some(&key)).await.0, 200, "another organization revokes nothing");
    assert!(within(&auth, ACME, |tx| api_keys::revoke(tx, ID, now())).await);
    assert_eq!(answer(&auth, "/read", Some(&key)).await.0, 401);
    assert!(!within(&auth, ACME, |tx| api_keys::revoke(tx, ID, now())).await, "it is over already");
}

#[actix_web::test]
async fn the_last_use_is_noted_once_a_minute() {
    let database = TestDatabase::with_tenants();
    let auth = auth(db(&database));
    let key = key(&auth, ADMIN, &["read"], TimeDelta::days(1)).await;
    let used = async |auth: &Auth| {
        answer(auth, "/read", Some(&key)).await;
        found(auth).await.last_used_at.unwrap()
    };
    let before = now();
    let first = used(&auth).await;
    assert!(first >= before, "{first}");
    assert_eq!(used(&auth).await, first);
    // As if the first use had been two minutes ago.
    let earlier = first - TimeDelta::minutes(2);
    database.write(&format!("UPDATE api_keys SET last_used_at = '{}';", earlier.to_rfc3339()));
    assert!(used(&auth).await >= first);
}
