//! A database with chains in it, a folder of heads, and what verification says of both.

use diesel::prelude::*;
use diesel::sql_types::{Binary, Text};
use platform::audit::heads::Heads;
use platform::audit::verify::verify;
use platform::audit::{self, Event, Origin, Sealer};
use platform::auth::generate_key_pem;
use platform::clock::Clock;
use platform::config::{AuditSettings, DatabaseSettings, KeySettings};
use platform::db::{Db, DbError};
use schema::Scope;
use schema::audit::{Entry, EntryFilter};
use secrecy::ExposeSecret;
use serde::Serialize;
use serde_json::json;
use sha2::{Digest, Sha256};
use std::path::PathBuf;
use tempfile::TempDir;
use test_support::database::TestDatabase;
use test_support::tenants::{ACME, NORTHWIND};
use uuid::Uuid;

/// Fields are dropped in their order: the pool before the database.
pub struct Bench {
    pub db: Db,
    pub sealer: Sealer,
    pub folder: TempDir,
    pub database: TestDatabase,
}

#[derive(QueryableByName)]
struct Hash {
    #[diesel(sql_type = Binary)]
    hash: Vec<u8>,
}

#[derive(QueryableByName)]
struct Line {
    #[diesel(sql_type = Text)]
    line: String,
}

impl Bench {
    /// Without entries.
    pub fn new() -> Self {
        let database = TestDatabase::with_tenants();
        let db = Db::new(&DatabaseSettings::new(database.service_url().into()), "audit-test").unwrap();
        let folder = tempfile::tempdir().unwrap();
        for key in ["audit.pem", "stranger.pem"] {
            std::fs::write(folder.path().join(key), generate_key_pem().unwrap().expose_secret()).unwrap();
        }
        let sealer = Sealer::new(db.clone(), Clock::machine(), heads(&folder, "heads", &["audit.pem"]));
        Self { db, sealer, folder, database }
    }

    /// With Acme's chain of this many entries, and a head for each third.
    pub async fn with_chain(entries: usize) -> Self {
        let bench = Self::new();
        for entry in 1..=entries {
            bench.enter(ACME, entry).await;
            if entry % 3 == 0 || entry == entries {
                bench.sealer.round().await.unwrap();
            }
        }
        assert_eq!(bench.found().await, [""; 0]);
        bench
    }

    pub fn heads(&self) -> Heads {
        heads(&self.folder, "heads", &["audit.pem"])
    }

    /// The file of Acme's heads.
    pub fn file(&self) -> PathBuf {
        self.folder.path().join("heads").join(format!("{ACME}.jws"))
    }

    /// Its lines.
    pub fn lines(&self) -> Vec<String> {
        std::fs::read_to_string(self.file()).unwrap().lines().map(str::to_owned).collect()
    }

    pub fn write_lines(&self, lines: &[String]) {
        std::fs::write(self.file(), lines.join("\n") + "\n").unwrap();
    }

    /// An entry such as handlers record, with something in every column.
    pub async fn enter(&self, organization_id: Uuid, number: usize) {
        self.enter_from(organization_id, number, Some("192.0.2.7")).await;
    }

    pub async fn enter_from(&self, organization_id: Uuid, number: usize, address: Option<&str>) {
        let origin = Origin {
            actor: format!("user:{number}"),
            organization_id: Some(NORTHWIND),
            address: address.map(|address| address.parse().unwrap()),
            request_id: Some(Uuid::new_v4()),
        };
        let event = Event::new("thing.change", "thing", number)
            .before(
                json!({"zoë \"x\"\n": 1, "name": null, "list": [true, {"b": "1.50", "a": "é\u{7f}\u{1}"}]}),
            )
            .after(json!({"number": number}));
        let now = "2026-10-05T01:02:03.456Z".parse().unwrap();
        let scope = Scope::Organization(organization_id);
        let record = move |tx: &mut schema::Tx<'_>| audit::record(tx, &origin, event, now);
        self.db.run(scope, |tx| Ok::<_, DbError>(record(tx)?)).await.unwrap();
    }

    /// What is wrong with Acme's chain, without the name of the organization.
    pub async fn found(&self) -> Vec<String> {
        self.found_at(Clock::machine().machine_now()).await
    }

    pub async fn found_at(&self, machine_now: chrono::DateTime<chrono::Utc>) -> Vec<String> {
        let verified = verify(&self.db, &self.heads(), ACME, machine_now).await.unwrap();
        let start = format!("organization {ACME} ");
        let findings = verified.findings.iter().map(ToString::to_string);
        findings.map(|line| line.strip_prefix(&start).unwrap().to_owned()).collect()
    }

    /// Acme's entries, in the order in which they were made.
    pub async fn entries(&self) -> Vec<Entry> {
        let read = |tx: &mut schema::Tx<'_>| {
            schema::audit::oldest(tx, &EntryFilter::default(), None, 1_000).map_err(DbError::from)
        };
        let listed = self.db.run(Scope::Organization(ACME), read).await.unwrap();
        listed.into_iter().map(|(entry, _)| entry).collect()
    }

    /// The id of Acme's entry at this place of the chain.
    pub fn entry_at(&self, sequence: i64) -> String {
        let query = format!(
            "SELECT entry_id::text AS line FROM audit_seals WHERE organization_id = '{ACME}' AND sequence = {sequence}"
        );
        self.ask::<Line>(&query).remove(0).line
    }

    /// Acme's hashes, in order.
    pub fn hashes(&self) -> Vec<Vec<u8>> {
        let query =
            format!("SELECT hash FROM audit_seals WHERE organization_id = '{ACME}' ORDER BY sequence");
        self.ask::<Hash>(&query).into_iter().map(|row| row.hash).collect()
    }

    /// How many entries wait.
    pub fn pending(&self) -> usize {
        self.ask::<Line>("SELECT entry_id::text AS line FROM audit_pending").len()
    }

    /// As the service role, for Acme.
    fn ask<T: QueryableByName<diesel::pg::Pg> + 'static>(&self, query: &str) -> Vec<T> {
        self.database
            .service()
            .transaction::<_, diesel::result::Error, _>(|conn| {
                diesel::sql_query(format!("SET LOCAL app.organization = '{ACME}'")).execute(conn)?;
                diesel::sql_query(query).load(conn)
            })
            .unwrap()
    }
}

/// Heads in a folder of the bench, signed by the first of these keys.
pub fn heads(folder: &TempDir, name: &str, keys: &[&str]) -> Heads {
    let files = keys.iter().map(|key| folder.path().join(key)).collect();
    Heads::open(&AuditSettings { heads: folder.path().join(name), keys: KeySettings { files } }).unwrap()
}

fn text(value: &impl Serialize) -> String {
    serde_json::to_string(value).unwrap()
}

/// An entry's hash as an outsider computes it, from columns and the documentation alone.
pub fn hash_by_hand(before: &[u8], entry: &Entry) -> Vec<u8> {
    let digest = match (&entry.address, &entry.address_salt) {
        (Some(address), Some(salt)) => Some(hex::encode(Sha256::digest(format!("{salt}{address}")))),
        _ => None,
    };
    let at = entry.at.format("%Y-%m-%dT%H:%M:%S.%6fZ").to_string();
    let canonical = format!(
        r#"{{"action":{},"actor":{},"actor_organization_id":{},"address_digest":{},"after":{},"at":"{at}","before":{},"id":{},"object":{{"id":{},"kind":{}}},"organization_id":{},"request_id":{}}}"#,
        text(&entry.action),
        text(&entry.actor),
        text(&entry.actor_organization_id),
        text(&digest),
        text(&entry.after),
        text(&entry.before),
        text(&entry.id),
        text(&entry.object_id),
        text(&entry.object_kind),
        text(&entry.organization_id),
        text(&entry.request_id),
    );
    Sha256::digest([before, canonical.as_bytes()].concat()).to_vec()
}
