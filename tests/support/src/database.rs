//! A database of its own for each test, copied from a template that has all migrations.
#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::missing_panics_doc,
    reason = "a test that cannot begin has failed"
)]

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sql_types::{Bool, Text};
use sha2::{Digest, Sha256};
use std::path::Path;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

/// A test's own database; dropped with this value.
pub struct TestDatabase {
    name: String,
    /// The URLs of owner and service where it is another server's, and not ours to drop.
    elsewhere: Option<[String; 2]>,
}

impl TestDatabase {
    /// A copy of the template, which the first test makes for all.
    pub fn new() -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let name = format!("usage_test_{}_{number}", std::process::id());
        let mut admin = connect(&base_url(OWNER_URL));
        let template = template(&mut admin, number == 0);
        run(&mut admin, &format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)"));
        run(&mut admin, &format!("CREATE DATABASE {name} TEMPLATE {template}"));
        Self { name, elsewhere: None }
    }

    /// One that is there already, by the URLs of owner and service. It stays.
    pub fn existing(owner_url: &str, service_url: &str) -> Self {
        let name = owner_url.rsplit_once('/').map(|(_, name)| name.to_owned());
        let name = name.expect("a URL with a database");
        Self { name, elsewhere: Some([owner_url.to_owned(), service_url.to_owned()]) }
    }

    /// An empty one, without any migration.
    pub fn empty() -> Self {
        let database = Self::new();
        let mut admin = connect(&base_url(OWNER_URL));
        run(&mut admin, &format!("DROP DATABASE {}", database.name));
        run(&mut admin, &format!("CREATE DATABASE {}", database.name));
        database
    }

    /// The URL of the owner role.
    pub fn owner_url(&self) -> String {
        let [owner, _] = self.elsewhere.clone().unwrap_or_else(|| [OWNER_URL, SERVICE_URL].map(base_url));
        with_database(&owner, &self.name)
    }

    /// The URL of the role that has the owner's rights and is not held by policies.
    pub fn tester_url(&self) -> String {
        self.owner_url().replacen("usage_owner:", "usage_tester:", 1)
    }

    /// The URL of the service role.
    pub fn service_url(&self) -> String {
        let [_, service] = self.elsewhere.clone().unwrap_or_else(|| [OWNER_URL, SERVICE_URL].map(base_url));
        with_database(&service, &self.name)
    }

    /// The URL of the service role through TLS, to a server whose certificate an authority of this file signed.
    pub fn tls_url(&self, authority: &Path) -> String {
        format!("{}?sslmode=verify-full&sslrootcert={}", self.service_url(), authority.display())
    }

    /// A connection of the owner role.
    pub fn owner(&self) -> PgConnection {
        connect(&self.owner_url())
    }

    /// Runs SQL with the owner's rights past the policies of row-level security, which hold the owner as well: facts to
    /// test with. In one transaction, and as a role of the tests' own, so that the service may work meanwhile.
    pub fn write(&self, sql: &str) {
        run(&mut connect(&self.tester_url()), &format!("BEGIN; {sql}; COMMIT"));
    }

    /// Ends the leases of relays that are gone, as a minute would.
    pub fn end_leases(&self) {
        run(&mut self.service(), "UPDATE outbox SET leased_until = leased_until - interval '1 minute'");
    }

    /// A connection of the service role.
    pub fn service(&self) -> PgConnection {
        connect(&self.service_url())
    }
}

impl Default for TestDatabase {
    fn default() -> Self {
        Self::new()
    }
}

impl Drop for TestDatabase {
    fn drop(&mut self) {
        if self.elsewhere.is_some() {
            return;
        }
        // A failure leaves it to the next run's sweep.
        if let Ok(mut admin) = PgConnection::establish(&base_url(OWNER_URL)) {
            drop_database(&mut admin, &self.name);
        }
    }
}

/// Returns once a transaction in the watcher's database waits for what another has locked.
pub fn until_somebody_waits(watcher: &mut PgConnection) {
    let query = "SELECT EXISTS (SELECT FROM pg_locks l JOIN pg_stat_activity a USING (pid)
                                 WHERE NOT l.granted AND a.datname = current_database()) AS waits";
    let deadline = Instant::now() + Duration::from_secs(10);
    while !diesel::sql_query(query).get_result::<Waits>(watcher).expect("pg_locks").waits {
        assert!(Instant::now() < deadline, "nobody waits");
        std::thread::sleep(Duration::from_millis(1));
    }
}

#[derive(QueryableByName)]
struct Waits {
    #[diesel(sql_type = Bool)]
    waits: bool,
}

const OWNER_URL: &str = "USAGE_TEST_DATABASE_OWNER_URL";
const SERVICE_URL: &str = "USAGE_TEST_DATABASE_URL";

fn base_url(variable: &str) -> String {
    std::env::var(variable).unwrap_or_else(|_| panic!("{variable} is not set: run the tests by scripts/test"))
}

/// The same server and role, another database.
fn with_database(url: &str, database: &str) -> String {
    let (server, _) = url.rsplit_once('/').expect("a URL with a database");
    format!("{server}/{database}")
}

fn connect(url: &str) -> PgConnection {
    PgConnection::establish(url).expect("a PostgreSQL to test with")
}

fn run(conn: &mut PgConnection, sql: &str) {
    conn.batch_execute(sql).unwrap_or_else(|error| panic!("{sql}: {error}"));
}

/// The template of these migrations. Made once: a second process that wants it, too, waits for the lock.
fn template(admin: &mut PgConnection, first: bool) -> String {
    let name = format!("usage_template_{}", migrations_digest());
    if !first && exists(admin, &name) {
        return name;
    }
    run(admin, "SELECT pg_advisory_lock(hashtext('usage template'))");
    sweep(admin, &name);
    if !exists(admin, &name) {
        // Under another name until it is whole.
        run(admin, "DROP DATABASE IF EXISTS usage_template_new WITH (FORCE)");
        run(admin, "CREATE DATABASE usage_template_new TEMPLATE template0");
        let mut conn = connect(&with_database(&base_url(OWNER_URL), "usage_template_new"));
        schema::migrations::run_pending(&mut conn).expect("migrations that run");
        drop(conn);
        run(admin, &format!("ALTER DATABASE usage_template_new RENAME TO {name}"));
    }
    run(admin, "SELECT pg_advisory_unlock(hashtext('usage template'))");
    name
}

#[derive(QueryableByName)]
struct Found {
    #[diesel(sql_type = Bool)]
    found: bool,
}

fn exists(admin: &mut PgConnection, name: &str) -> bool {
    let query = "SELECT EXISTS (SELECT FROM pg_database WHERE datname = $1) AS found";
    let found: Found = diesel::sql_query(query).bind::<Text, _>(name).get_result(admin).expect("an answer");
    found.found
}

#[derive(QueryableByName)]
struct Name {
    #[diesel(sql_type = Text)]
    name: String,
}

/// Drops the databases of processes that are gone, and templates of other migrations.
fn sweep(admin: &mut PgConnection, template: &str) {
    let query = r"SELECT datname::text AS name FROM pg_database WHERE datname ~ '^usage_(test|template)_'";
    let names: Vec<Name> = diesel::sql_query(query).load(admin).expect("an answer");
    for Name { name } in names {
        let in_use = match name.strip_prefix("usage_test_").and_then(|rest| rest.split('_').next()) {
            Some(process) => Path::new("/proc").join(process).exists(),
            None => name == template,
        };
        if !in_use {
            drop_database(admin, &name);
        }
    }
}

/// Drops a database with the sessions in it, unless somebody is quicker.
fn drop_database(admin: &mut PgConnection, name: &str) {
    // The owner may not end the service's sessions; the service may end its own.
    if let Ok(mut service) = PgConnection::establish(&base_url(SERVICE_URL)) {
        let sessions = "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE usename = current_user AND datname";
        let _ = service.batch_execute(&format!("{sessions} = '{name}'"));
    }
    let _ = admin.batch_execute(&format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)"));
}

/// So that changed migrations get a new template.
fn migrations_digest() -> String {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../migrations");
    let mut files: Vec<_> = std::fs::read_dir(folder)
        .expect("the migrations")
        .map(|entry| entry.expect("an entry").path().join("up.sql"))
        .collect();
    files.sort();
    let mut digest = Sha256::new();
    for file in files {
        digest.update(std::fs::read(file).expect("a migration"));
    }
    hex::encode(&digest.finalize()[..6])
}
