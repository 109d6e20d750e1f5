//! A service with the demo's organizations, and users of every role.

use api::Api;
use chrono::{DateTime, TimeDelta, Utc};
use platform::auth::{Auth, Claims, KeyRing, User, generate_key_pem};
use platform::clock::Clock;
use platform::config::{ClockSettings, DatabaseSettings, Deployment, StoreSettings};
use platform::db::{Db, DbError};
use platform::store::Store;
use schema::identity::{self, NewUser};
use schema::types::Role;
use schema::{Scope, Tx};
use secrecy::ExposeSecret;
use std::sync::{Arc, LazyLock};
use tempfile::TempDir;
use test_support::database::TestDatabase;
use test_support::tenants::{ACME, CONTOSO, GLOBEX, INITECH, NORTHWIND, VENDOR};
use uuid::Uuid;

pub const PASSWORD: &str = "demo-password";

/// Somebody of each kind that a test needs.
pub const OPERATOR: (Role, Uuid) = (Role::OperatorAdmin, VENDOR);
pub const DESK: (Role, Uuid) = (Role::ServiceDesk, VENDOR);
pub const NORTHWIND_ADMIN: (Role, Uuid) = (Role::AggregatorAdmin, NORTHWIND);
pub const NORTHWIND_VIEWER: (Role, Uuid) = (Role::AggregatorViewer, NORTHWIND);
pub const CONTOSO_ADMIN: (Role, Uuid) = (Role::AggregatorAdmin, CONTOSO);
pub const ACME_ADMIN: (Role, Uuid) = (Role::PartnerAdmin, ACME);
pub const ACME_VIEWER: (Role, Uuid) = (Role::PartnerViewer, ACME);
pub const GLOBEX_ADMIN: (Role, Uuid) = (Role::PartnerAdmin, GLOBEX);
pub const INITECH_ADMIN: (Role, Uuid) = (Role::PartnerAdmin, INITECH);

/// A service. Fields are dropped in their order: the pool before the database.
pub struct World {
    pub api: Api,
    pub auth: Auth,
    _folder: TempDir,
    pub database: TestDatabase,
}

impl World {
    /// In development, on 5 October 2026.
    pub async fn new() -> Self {
        Self::at("2026-10-05T00:00:00Z").await
    }

    pub async fn at(now: &str) -> Self {
        let start = Some(now.parse().unwrap());
        Self::with_clock(ClockSettings { deployment: Deployment::Development, start }).await
    }

    pub async fn in_production() -> Self {
        Self::with_clock(ClockSettings { deployment: Deployment::Production, start: None }).await
    }

    async fn with_clock(settings: ClockSettings) -> Self {
        let database = TestDatabase::with_tenants();
        let db = Db::new(&DatabaseSettings::new(database.service_url().into()), "api-test").unwrap();
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open_folder(&StoreSettings { root: folder.path().to_owned() }).unwrap();
        let clock = Clock::start(settings, &db).await.unwrap();
        let keys = Arc::new(KeyRing::from_pems(&[generate_key_pem().unwrap()]).unwrap());
        let auth = Auth { keys: Arc::clone(&keys), db: db.clone() };
        let public_url = Some(Arc::from("https://usage.test"));
        let api = Api { db, store, clock, keys, oidc: None, public_url, deadline: TimeDelta::hours(48) };
        Self { api, auth, _folder: folder, database }
    }

    /// Runs work in the scope of one organization.
    pub async fn within<T: Send + 'static>(
        &self,
        organization: Uuid,
        work: impl FnOnce(&mut Tx<'_>) -> diesel::QueryResult<T> + Send + 'static,
    ) -> T {
        let done = self.api.db.run(Scope::Organization(organization), |tx| Ok::<_, DbError>(work(tx)?));
        done.await.unwrap()
    }

    /// A user who can log in with [`PASSWORD`].
    pub async fn user(&self, email: &'static str, (role, organization): (Role, Uuid)) -> Uuid {
        static HASH: LazyLock<String> = LazyLock::new(|| api::password::hash(&PASSWORD.into()).unwrap());
        let id = Uuid::now_v7();
        let created_at = self.now();
        self.within(organization, move |tx| {
            identity::insert(tx, &NewUser { id, email, role, password_hash: Some(&HASH), created_at })
        })
        .await;
        id
    }

    /// An access token without a log-in, of somebody who is no user.
    pub fn token(&self, who: (Role, Uuid)) -> String {
        self.token_of(Uuid::now_v7(), who)
    }

    /// An access token of a user without a log-in.
    pub fn token_of(&self, id: Uuid, (role, organization_id): (Role, Uuid)) -> String {
        let user = User { id, organization_id, role };
        let claims = Claims::new(&user, self.api.clock.machine_now());
        self.api.keys.sign(&claims).unwrap().expose_secret().to_owned()
    }

    pub fn now(&self) -> DateTime<Utc> {
        self.api.clock.now()
    }
}
