//! A door of its own for each test: database, store, clock, keys, and a meter of Acme's.

use actix_web::dev::Payload;
use actix_web::error::PayloadError;
use actix_web::http::{Method, StatusCode};
use actix_web::middleware::from_fn;
use actix_web::test::{self, TestRequest};
use actix_web::web::{Bytes, Data};
use actix_web::{App, http::header};
use chrono::{DateTime, TimeDelta, Utc};
use futures_util::Stream;
use ingest::{Door, DoorSettings};
use platform::auth::{Auth, Claims, KeyRing, METER_TOKEN_PREFIX, OpaqueToken, User, generate_key_pem};
use platform::clock::Clock;
use platform::config::{
    ClockSettings, DatabaseSettings, Deployment, ResumableSettings, StoreSettings, UploadLimits,
};
use platform::db::{Db, DbError};
use platform::problem;
use platform::store::Store;
use platform::telemetry::request_logger;
use schema::Scope;
use schema::meters::{Meter, NewMeter, NewToken, Settings};
use schema::outbox::Turn;
use schema::types::{BillingMode, Connectivity, Role};
use secrecy::ExposeSecret;
use serde_json::Value;
use std::sync::Arc;
use std::time::Duration;
use test_support::database::TestDatabase;
use test_support::tenants::ACME;
use tokio::sync::Notify;
use utoipa_actix_web::AppExt;
use uuid::Uuid;

/// Acme's meter.
pub const METER: Uuid = Uuid::from_u128(0x1000);

/// Whatever waits for a queue.
pub const fn any(queue: &str) -> Turn<'_> {
    Turn { queue, each: 100, limit: 100, except: &[] }
}

/// Everything around a door.
pub struct World {
    /// Lives as long as the test.
    pub database: TestDatabase,
    pub folder: tempfile::TempDir,
    pub db: Db,
    pub store: Store,
    pub clock: Clock,
    pub wake: Arc<Notify>,
    keys: Arc<KeyRing>,
    limits: UploadLimits,
    resumable: ResumableSettings,
}

/// An answer, read to its end.
#[derive(Debug)]
pub struct Answer {
    pub status: StatusCode,
    pub headers: header::HeaderMap,
    pub json: Value,
}

impl World {
    /// With a meter of Acme's, at 06:00 on 2026-10-02.
    pub async fn new() -> Self {
        let database = TestDatabase::with_tenants();
        let mut settings = DatabaseSettings::new(database.service_url().into());
        settings.pool_size = 4;
        let db = Db::new(&settings, "test").unwrap();
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open_folder(&StoreSettings { root: folder.path().to_owned() }).unwrap();
        let start = Some("2026-10-02T06:00:00Z".parse().unwrap());
        let clock =
            Clock::start(ClockSettings { deployment: Deployment::Development, start }, &db).await.unwrap();
        let keys = Arc::new(KeyRing::from_pems(&[generate_key_pem().unwrap()]).unwrap());
        let limits = UploadLimits {
            bytes_max: 1 << 20,
            at_once: 8,
            per_organization: 8,
            idle: Duration::from_secs(5),
        };
        let resumable =
            ResumableSettings { expiry: Duration::from_hours(24), open_max: 3, bytes_max: 2 << 20 };
        let world = Self {
            database,
            folder,
            db,
            store,
            clock,
            wake: Arc::new(Notify::new()),
            keys,
            limits,
            resumable,
        };
        world.register(ACME, METER, None).await;
        world
    }

    /// The same with another database, which may not be there.
    pub fn with_database_url(self, url: &str) -> Self {
        let mut settings = DatabaseSettings::new(url.to_owned().into());
        settings.wait = Duration::from_millis(200);
        Self { db: Db::new(&settings, "test").unwrap(), ..self }
    }

    /// The same with an idle time.
    pub fn with_idle(mut self, idle: Duration) -> Self {
        self.limits.idle = idle;
        self
    }

    /// Registers a meter and returns its token.
    pub async fn register(&self, organization: Uuid, id: Uuid, public_key: Option<&[u8]>) -> String {
        let token = OpaqueToken::generate(METER_TOKEN_PREFIX).unwrap();
        let (sha256, public_key) = (token.sha256, public_key.map(<[u8]>::to_vec));
        let now = self.clock.now();
        let contract = if organization == ACME { "ACME-0001" } else { "GLOBEX-0001" };
        let register = move |tx: &mut schema::Tx<'_>| {
            let meter = NewMeter {
                id,
                name: "a meter",
                connectivity: Connectivity::Offline,
                public_key: public_key.as_deref(),
                registered_at: now,
            };
            let settings = Settings {
                organization_id: organization,
                meter_id: id,
                effective_from: schema::meters::since_ever(),
                billing_mode: BillingMode::Production,
                contract_number: contract.to_owned(),
                site_id: None,
                recorded_at: now,
                id: Uuid::now_v7(),
                recorded_by: None,
            };
            schema::meters::register(tx, &meter, &settings)?;
            let token = NewToken { id: Uuid::now_v7(), token_sha256: &sha256, created_at: now };
            Ok::<_, DbError>(schema::meters::add_token(tx, id, &token)?)
        };
        self.db.run(Scope::Organization(organization), register).await.unwrap();
        token.text.expose_secret().to_owned()
    }

    /// Changes a meter of Acme's.
    pub async fn change(&self, id: Uuid, change: impl FnOnce(&mut Meter, DateTime<Utc>) + Send + 'static) {
        let now = self.clock.now();
        self.of(ACME, move |tx| {
            let mut meter = schema::meters::find(tx, id)?.expect("the meter");
            change(&mut meter, now);
            schema::meters::change(tx, &meter)
        })
        .await;
    }

    /// An access token.
    pub fn token(&self, organization_id: Uuid, role: Role) -> String {
        let user = User { id: Uuid::from_u128(7), organization_id, role };
        let token = self.keys.sign(&Claims::new(&user, self.clock.machine_now())).unwrap();
        token.expose_secret().to_owned()
    }

    /// A request to the door by Acme's administrator.
    pub fn post(&self) -> TestRequest {
        Self::post_by(&self.token(ACME, Role::PartnerAdmin))
    }

    /// A request to the door with this token.
    pub fn post_by(token: &str) -> TestRequest {
        TestRequest::default()
            .method(Method::POST)
            .uri("/v1/uploads")
            .insert_header((header::AUTHORIZATION, format!("Bearer {token}")))
            .insert_header((header::CONTENT_TYPE, "application/octet-stream"))
    }

    /// Uploads bytes as Acme's administrator.
    pub async fn upload(&self, bytes: &[u8]) -> Answer {
        self.send(self.post().set_payload(bytes.to_vec())).await
    }

    /// Sends a request through the whole application.
    pub async fn send(&self, request: TestRequest) -> Answer {
        self.send_to_app(request, None).await
    }

    /// The same with a body that comes as it comes.
    pub async fn send_stream(
        &self,
        request: TestRequest,
        body: impl Stream<Item = Result<Bytes, PayloadError>> + 'static,
    ) -> Answer {
        self.send_to_app(request, Some(Payload::Stream { payload: Box::pin(body) })).await
    }

    /// A door as a process of its own has it.
    pub fn door(&self) -> Door {
        Door::new(DoorSettings {
            db: self.db.clone(),
            store: self.store.clone(),
            clock: self.clock.clone(),
            limits: self.limits,
            resumable: self.resumable,
            deadline: TimeDelta::hours(48),
            wake: Arc::clone(&self.wake),
        })
        .unwrap()
    }

    async fn send_to_app(&self, request: TestRequest, body: Option<Payload>) -> Answer {
        let door = self.door();
        let auth = Auth { keys: Arc::clone(&self.keys), db: self.db.clone() };
        let (app, _) = App::new().into_utoipa_app().configure(ingest::configure).split_for_parts();
        let app = app
            .app_data(Data::new(door))
            .app_data(Data::new(auth))
            .configure(problem::configure)
            .wrap(from_fn(problem::request_ids))
            .wrap(request_logger());
        let app = test::init_service(app).await;
        let request = request.to_request();
        let request = match body {
            Some(body) => request.replace_payload(body).0,
            None => request,
        };
        let response = test::call_service(&app, request).await;
        let (status, headers) = (response.status(), response.headers().clone());
        let body: Bytes = test::read_body(response).await;
        Answer { status, headers, json: serde_json::from_slice(&body).unwrap_or_default() }
    }

    /// What a query of the machinery says.
    pub async fn machinery<T: Send + 'static>(
        &self,
        query: impl FnOnce(&mut schema::Tx<'_>) -> diesel::QueryResult<T> + Send + 'static,
    ) -> T {
        self.db.machinery(|tx| Ok::<_, DbError>(query(tx)?)).await.unwrap()
    }

    /// What a query of an organization says.
    pub async fn of<T: Send + 'static>(
        &self,
        organization: Uuid,
        query: impl FnOnce(&mut schema::Tx<'_>) -> diesel::QueryResult<T> + Send + 'static,
    ) -> T {
        self.db.run(Scope::Organization(organization), |tx| Ok::<_, DbError>(query(tx)?)).await.unwrap()
    }

    /// Messages in the outbox.
    pub async fn outbox_depth(&self) -> i64 {
        self.machinery(schema::outbox::backlog).await.count
    }

    /// How many uploads Acme has, refused ones included.
    pub async fn upload_count(&self) -> usize {
        self.of(ACME, |tx| schema::uploads::list(tx, &schema::uploads::UploadFilter::default(), 100))
            .await
            .len()
    }

    /// Files that are neither committed nor deleted.
    pub fn staged_files(&self) -> usize {
        std::fs::read_dir(self.folder.path().join("staging")).map_or(0, Iterator::count)
    }
}

impl Answer {
    /// The id of the upload.
    pub fn id(&self) -> Uuid {
        let id = self.json.get("upload_id").unwrap_or(&self.json["id"]);
        id.as_str().expect("an id").parse().unwrap()
    }

    /// Status and, of problems, the code.
    pub fn outcome(&self) -> (u16, &str) {
        (self.status.as_u16(), self.json["code"].as_str().unwrap_or_default())
    }

    /// A header's text.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().unwrap())
    }

    /// A time of the upload.
    pub fn time(&self, key: &str) -> DateTime<Utc> {
        self.json[key].as_str().expect("a time").parse().unwrap()
    }
}
