//! A database, a store, and messages handed over by hand instead of by the broker.

use aggregator::{Context, handle};
use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use platform::broker::{Disposition, Work};
use platform::clock::Clock;
use platform::config::{DatabaseSettings, StoreSettings};
use platform::db::{Db, DbError};
use platform::store::Store;
use schema::meters::{self, NewMeter, Settings};
use schema::outbox::{self, NewMessage};
use schema::reports::{Line, Revision};
use schema::types::{BillingMode, Connectivity};
use schema::uploads::{self, NewUpload};
use schema::{Scope, Tx};
use std::sync::Arc;
use test_support::database::TestDatabase;
use test_support::tenants::ACME;
use uuid::Uuid;

/// The month of the tests.
pub const MONTH: &str = "2026-09-01";

pub struct Bench {
    pub context: Context,
    // Dropped last: database and folder go with them.
    pub database: TestDatabase,
    _folder: tempfile::TempDir,
}

pub fn time(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

pub fn month() -> NaiveDate {
    MONTH.parse().unwrap()
}

impl Bench {
    pub fn new() -> Self {
        let database = TestDatabase::with_tenants();
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open_folder(&StoreSettings { root: folder.path().to_owned() }).unwrap();
        let settings = DatabaseSettings::new(database.service_url().into());
        let db = Db::new(&settings, "steps").unwrap();
        Self {
            context: Context::new(db, store, Clock::machine(), Arc::default(), TimeDelta::hours(48)),
            database,
            _folder: folder,
        }
    }

    pub async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Tx<'_>) -> diesel::QueryResult<T> + Send + 'static,
    ) -> T {
        let scope = Scope::Organization(ACME);
        self.context.db.run(scope, |tx| work(tx).map_err(DbError::from)).await.unwrap()
    }

    pub async fn register_meter(&self, id: Uuid, billing_mode: BillingMode) {
        self.run(move |tx| {
            let meter = NewMeter {
                id,
                name: "meter",
                connectivity: Connectivity::Offline,
                public_key: None,
                registered_at: time("2026-08-01T00:00:00Z"),
            };
            let settings = Settings {
                organization_id: ACME,
                meter_id: id,
                effective_from: meters::since_ever(),
                billing_mode,
                contract_number: "ACME-0001".to_owned(),
                site_id: None,
                recorded_at: time("2026-08-01T00:00:00Z"),
                id: Uuid::now_v7(),
                recorded_by: None,
            };
            meters::register(tx, &meter, &settings)
        })
        .await;
    }

    /// What ingest does with an accepted file. The message goes to the outbox.
    pub async fn upload(&self, meter: Uuid, bytes: &[u8], received_at: &str) -> Uuid {
        let mut staged = self.context.store.stage(u64::MAX).unwrap();
        staged.write(bytes).unwrap();
        let stored = staged.commit().unwrap();
        let (id, received_at) = (Uuid::now_v7(), time(received_at));
        let work = Work::Register { organization_id: ACME, upload_id: id };
        self.run(move |tx| {
            let upload = NewUpload {
                id,
                sha256: &stored.sha256,
                size_bytes: 1,
                received_at,
                uploaded_by: "user:test",
                meter_id: Some(meter),
                month: Some(month()),
                partial: Some(false),
                meter_version: Some("4.8"),
                signature: None,
            };
            let body = work.to_json().unwrap();
            let message = NewMessage { queue: work.queue().as_str(), body: &body, created_at: received_at };
            uploads::accept(tx, &upload, &message)
        })
        .await;
        id
    }

    /// The messages in the outbox, oldest first; they are taken out.
    pub async fn messages(&self) -> Vec<Work> {
        let now = self.context.clock.machine_now();
        let taken = self.context.db.machinery(move |tx| {
            let leased = outbox::lease(tx, now, now, 1000)?;
            outbox::delete(tx, &leased.iter().map(|message| message.id).collect::<Vec<_>>())?;
            Ok::<_, DbError>(leased)
        });
        taken.await.unwrap().iter().map(|message| Work::from_json(&message.body).unwrap()).collect()
    }

    pub async fn handle(&self, work: &Work) -> Disposition {
        handle(&self.context, work.clone()).await
    }

    /// Works until nothing is left to do.
    pub async fn drain(&self) {
        loop {
            let messages = self.messages().await;
            if messages.is_empty() {
                return;
            }
            for message in messages {
                assert_eq!(self.handle(&message).await, Disposition::Ack, "{message:?}");
            }
        }
    }

    /// The newest revision and the whole month's lines.
    pub async fn report(&self, mode: BillingMode) -> Option<(Revision, Vec<Line>)> {
        self.run(move |tx| {
            let Some(revision) = schema::reports::latest(tx, ACME, mode, month())? else { return Ok(None) };
            let mut lines = schema::reports::lines(tx, &revision)?;
            lines.retain(|line| line.contract_number.is_empty());
            Ok(Some((revision, lines)))
        })
        .await
    }

    /// The bundle's sum in MB-hours x 10^6, as text.
    pub async fn flex_core_amount(&self) -> String {
        let (_, lines) = self.report(BillingMode::Production).await.unwrap();
        lines.iter().find(|line| line.code == "flex-core").unwrap().amount.to_string()
    }
}
