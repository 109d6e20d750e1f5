//! A database, a store, and messages handed over by hand instead of by the broker.

use aggregator::{Context, handle};
use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use platform::broker::{Disposition, Message, Queue, Work};
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
use sha2::Digest;
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
    pub folder: tempfile::TempDir,
}

pub fn time(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

pub fn month() -> NaiveDate {
    MONTH.parse().unwrap()
}

impl Bench {
    pub fn new() -> Self {
        Self::with(|_| {})
    }

    /// With other settings of the database.
    pub fn with(set: impl FnOnce(&mut DatabaseSettings)) -> Self {
        let database = TestDatabase::with_tenants();
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open_folder(&StoreSettings { root: folder.path().to_owned() }).unwrap();
        let mut settings = DatabaseSettings::new(database.service_url().into());
        set(&mut settings);
        let db = Db::new(&settings, "steps").unwrap();
        Self {
            context: Context::new(db, store, Clock::machine(), Arc::default(), TimeDelta::hours(48)),
            database,
            folder,
        }
    }

    pub async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Tx<'_>) -> diesel::QueryResult<T> + Send + 'static,
    ) -> T {
        self.run_in(ACME, work).await
    }

    pub async fn run_in<T: Send + 'static>(
        &self,
        organization_id: Uuid,
        work: impl FnOnce(&mut Tx<'_>) -> diesel::QueryResult<T> + Send + 'static,
    ) -> T {
        let scope = Scope::Organization(organization_id);
        self.context.db.run(scope, |tx| work(tx).map_err(DbError::from)).await.unwrap()
    }

    pub async fn register_meter(&self, id: Uuid, billing_mode: BillingMode) {
        self.register_meter_of(ACME, "ACME-0001", id, billing_mode).await;
    }

    pub async fn register_meter_of(
        &self,
        organization_id: Uuid,
        contract: &str,
        id: Uuid,
        billing_mode: BillingMode,
    ) {
        let contract_number = contract.to_owned();
        self.run_in(organization_id, move |tx| {
            let meter = NewMeter {
                id,
                name: "meter",
                connectivity: Connectivity::Offline,
                public_key: None,
                registered_at: time("2026-08-01T00:00:00Z"),
            };
            let settings = Settings {
                organization_id,
                meter_id: id,
                effective_from: meters::since_ever(),
                billing_mode,
                contract_number,
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
        self.upload_of(ACME, meter, bytes, received_at).await
    }

    pub async fn upload_of(
        &self,
        organization_id: Uuid,
        meter: Uuid,
        bytes: &[u8],
        received_at: &str,
    ) -> Uuid {
        let mut staged = self.context.store.stage(u64::MAX).unwrap();
        staged.write(bytes).unwrap();
        let stored = staged.commit().unwrap();
        let (id, received_at) = (Uuid::now_v7(), time(received_at));
        let work = Work::Register { organization_id, upload_id: id };
        self.run_in(organization_id, move |tx| {
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

    /// Where the file of these bytes is stored.
    pub fn stored(&self, bytes: &[u8]) -> std::path::PathBuf {
        let digest = hex::encode(sha2::Sha256::digest(bytes));
        self.folder.path().join(&digest[..2]).join(digest)
    }

    /// Deletes every stored file.
    pub fn forget_files(&self) {
        for entry in std::fs::read_dir(self.folder.path()).unwrap() {
            std::fs::remove_dir_all(entry.unwrap().path()).unwrap();
        }
    }

    /// The messages in the outbox, oldest first; they are taken out.
    pub async fn messages(&self) -> Vec<Work> {
        let now = self.context.clock.machine_now();
        let taken = self.context.db.machinery(move |tx| {
            let mut leased = Vec::new();
            for queue in Queue::ALL {
                let turn = outbox::Turn { queue: queue.as_str(), each: 1000, limit: 1000, except: &[] };
                leased.append(&mut outbox::lease(tx, now, now, turn)?);
            }
            leased.sort_by_key(|message| message.id);
            outbox::delete(tx, &leased.iter().map(|message| message.id).collect::<Vec<_>>())?;
            Ok::<_, DbError>(leased)
        });
        taken.await.unwrap().iter().map(|message| Work::from_json(&message.body).unwrap()).collect()
    }

    pub async fn handle(&self, work: &Work) -> Disposition {
        handle(&self.context, Message { work: work.clone(), redelivered: false }).await
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
