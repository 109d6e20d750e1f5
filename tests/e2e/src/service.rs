//! A whole service of a test's own.

use std::cell::OnceCell;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use secrecy::ExposeSecret;
use serde_json::{Value, json};
use tempfile::TempDir;
use test_support::broker::TestBroker;
use test_support::database::TestDatabase;
use test_support::tls::tls_file;

use crate::broker::Namespace;
use crate::client::Client;
use crate::process::Process;
use crate::program::program;
use crate::wait::until;
use crate::{PASSWORD, memory::Memory};

/// A service with all roles in one process. What it is made of goes with it, the process first.
pub struct Service {
    process: Process,
    server: String,
    operator: OnceCell<Client>,
    surroundings: Surroundings,
}

/// What the processes of a service share.
struct Surroundings {
    broker: Namespace,
    database: TestDatabase,
    folder: TempDir,
    encrypted: bool,
    settings: Vec<(String, String)>,
}

/// Another process of a service, with one role.
pub struct Role {
    process: Process,
    server: String,
}

impl Service {
    /// Starts a service with the demo organizations, at this instant of its clock.
    pub fn start(clock: &str) -> Self {
        Self::start_in(Surroundings::new(), clock)
    }

    /// Starts one that speaks TLS with everybody: its callers, the database, the broker.
    pub fn start_encrypted(clock: &str) -> Self {
        Self::start_in(Surroundings { encrypted: true, ..Surroundings::new() }, clock)
    }

    /// Starts one with further settings.
    pub fn start_with(clock: &str, settings: &[(&str, &str)]) -> Self {
        let settings = settings.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        Self::start_in(Surroundings { settings: settings.collect(), ..Surroundings::new() }, clock)
    }

    fn start_in(surroundings: Surroundings, clock: &str) -> Self {
        surroundings.seed();
        let mut command = surroundings.command("all");
        let (process, server) = surroundings.serve(command.env("USAGE_CLOCK", clock), "all.log");
        Self { process, server, operator: OnceCell::new(), surroundings }
    }

    /// Starts another process of this service: `ingest`, `aggregator`, `api`.
    pub fn start_role(&self, role: &str) -> Role {
        let mut command = self.surroundings.command(role);
        let (process, server) = self.surroundings.serve(&mut command, &format!("{role}.log"));
        Role { process, server }
    }

    /// Where its API is.
    pub fn server(&self) -> &str {
        &self.server
    }

    /// What the process holds in memory.
    pub fn memory(&self) -> Memory {
        self.process.memory()
    }

    /// Its log so far, an object a line.
    pub fn log(&self) -> Vec<Value> {
        self.process.log()
    }

    /// All that it wrote so far, whatever it is.
    pub fn output(&self) -> String {
        self.process.output()
    }

    /// Where its broker is.
    pub fn broker_url(&self) -> &str {
        &self.surroundings.broker.0.url
    }

    /// Its database.
    pub fn database(&self) -> &TestDatabase {
        &self.surroundings.database
    }

    /// Runs `audit verify` to its end.
    pub fn verify_audit(&self, arguments: &[&str]) -> Output {
        let folder = self.folder();
        let mut command = self.surroundings.command("audit");
        command.arg("verify").args(arguments).env("USAGE_STORE", folder.join("store"));
        command.env("USAGE_AUDIT_KEY_FILE", audit_key_file(folder)).output().expect("the program starts")
    }

    /// A folder for the test's own files.
    pub fn folder(&self) -> &Path {
        self.surroundings.folder.path()
    }

    /// A user, by the password of all demo users.
    pub fn log_in(&self, email: &str) -> Client {
        Client::log_in(&self.server, email, PASSWORD)
    }

    /// The one who may move the clock.
    pub fn operator(&self) -> &Client {
        self.operator.get_or_init(|| self.log_in("operator@vendor.test"))
    }

    /// Moves the clock, from where it ticks on.
    pub fn set_clock(&self, now: &str) {
        self.operator().put("/v1/clock", &json!({ "now": now })).expect(200);
    }
}

impl Role {
    /// Where it answers.
    pub fn server(&self) -> &str {
        &self.server
    }

    /// What the process holds in memory.
    pub fn memory(&self) -> Memory {
        self.process.memory()
    }
}

impl Surroundings {
    fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        for file in [key_file(folder.path()), audit_key_file(folder.path())] {
            let key = platform::auth::generate_key_pem().expect("a key");
            std::fs::write(file, key.expose_secret()).expect("a file for the key");
        }
        let (broker, database) = (Namespace(TestBroker::new()), TestDatabase::new());
        Self { broker, database, folder, encrypted: false, settings: Vec::new() }
    }

    /// The program with the settings of this service, and with nothing of the surrounding environment.
    fn command(&self, subcommand: &str) -> Command {
        let mut command = Command::new(program("usage-insight"));
        let database = &self.database;
        let url = if self.encrypted { database.tls_url(&tls_file("ca.pem")) } else { database.service_url() };
        command.arg(subcommand).env_clear().current_dir(self.folder.path()).envs([
            ("USAGE_ENV", "development"),
            ("USAGE_LOG", "info"),
            ("USAGE_DATABASE_URL", &url),
        ]);
        command
    }

    fn seed(&self) {
        let output = self.command("seed-demo").output().expect("the program starts");
        assert!(output.status.success(), "seed-demo: {}", String::from_utf8_lossy(&output.stderr));
    }

    /// Starts a role on ports that the system chooses, and waits until it is ready.
    fn serve(&self, command: &mut Command, log: &str) -> (Process, String) {
        let folder = self.folder.path();
        command
            .envs([("USAGE_HTTP", "127.0.0.1:0"), ("USAGE_METRICS", "127.0.0.1:0")])
            .envs([
                ("USAGE_AMQP_URL", &self.broker.0.url),
                ("USAGE_BROKER_NAMESPACE", &self.broker.0.namespace),
            ])
            .envs([("USAGE_STORE", folder.join("store")), ("USAGE_KEY_FILE", key_file(folder))])
            .env("USAGE_AUDIT_KEY_FILE", audit_key_file(folder));
        if self.encrypted {
            command
                .env("USAGE_AMQP_URL", &self.broker.0.tls_url)
                .env("USAGE_AMQP_CA", tls_file("ca.pem"))
                .env("USAGE_TLS_CERT", tls_file("server.pem"))
                .env("USAGE_TLS_KEY", tls_file("server.key"));
        }
        command.envs(self.settings.iter().map(|(name, value)| (name, value)));
        let mut process = Process::start(command, &folder.join(log));
        let scheme = if self.encrypted { "https" } else { "http" };
        let server = format!("{scheme}://{}", process.address());
        let anyone = Client::with_token(&server, "");
        until("a service that is ready", || (anyone.get("/readyz").status == 200).then_some(()));
        (process, server)
    }
}

fn key_file(folder: &Path) -> PathBuf {
    folder.join("jwt.pem")
}

fn audit_key_file(folder: &Path) -> PathBuf {
    folder.join("audit.pem")
}
