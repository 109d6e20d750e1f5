//! A whole service of a test's own.

use std::cell::OnceCell;
use std::path::{Path, PathBuf};
use std::process::Command;

use secrecy::ExposeSecret;
use serde_json::json;
use tempfile::TempDir;
use test_support::broker::TestBroker;
use test_support::database::TestDatabase;

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
}

/// Another process of a service, with one role.
pub struct Role {
    process: Process,
    server: String,
}

impl Service {
    /// Starts a service with the demo organizations, at this instant of its clock.
    pub fn start(clock: &str) -> Self {
        let surroundings = Surroundings::new();
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

    /// Its database.
    pub fn database(&self) -> &TestDatabase {
        &self.surroundings.database
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
        let key = platform::auth::generate_key_pem().expect("a key");
        std::fs::write(key_file(folder.path()), key.expose_secret()).expect("a file for the key");
        Self { broker: Namespace(TestBroker::new()), database: TestDatabase::new(), folder }
    }

    /// The program with the settings of this service, and with nothing of the surrounding environment.
    fn command(&self, subcommand: &str) -> Command {
        let mut command = Command::new(program("usage-insight"));
        command.arg(subcommand).env_clear().current_dir(self.folder.path()).envs([
            ("USAGE_ENV", "development"),
            ("USAGE_LOG", "info"),
            ("USAGE_DATABASE_URL", &self.database.service_url()),
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
            .envs([("USAGE_STORE", folder.join("store")), ("USAGE_KEY_FILE", key_file(folder))]);
        let mut process = Process::start(command, &folder.join(log));
        let server = format!("http://{}", process.address());
        let anyone = Client::with_token(&server, "");
        until("a service that is ready", || (anyone.get("/readyz").status == 200).then_some(()));
        (process, server)
    }
}

fn key_file(folder: &Path) -> PathBuf {
    folder.join("jwt.pem")
}
