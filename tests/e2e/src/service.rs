//! A whole service of a test's own.

use std::cell::OnceCell;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Output};

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

    /// Starts one that speaks TLS with everybody, with further settings.
    pub fn start_encrypted_with(clock: &str, settings: &[(&str, &str)]) -> Self {
        let settings = settings.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        let surroundings =
            Surroundings { encrypted: true, settings: settings.collect(), ..Surroundings::new() };
        Self::start_in(surroundings, clock)
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

    /// The same with settings that go before the service's own.
    pub fn start_role_with(&self, role: &str, settings: &[(&str, &str)]) -> Role {
        let mut command = self.surroundings.command(role);
        self.surroundings.dress(&mut command).envs(settings.iter().copied());
        let (process, server) = self.surroundings.launch(&mut command, &self.surroundings.log_of(role));
        Role { process, server }
    }

    /// The same with a store of its own, in memory and of this size (as `mount` has it), that nobody else sees.
    pub fn start_role_with_small_store(&self, role: &str, size: &str) -> Role {
        let store = self.folder().join("small-store");
        std::fs::create_dir_all(&store).expect("a folder");
        let mut inner = self.surroundings.command(role);
        self.surroundings.dress(&mut inner).env("USAGE_STORE", &store);
        let script = format!(r#"mount -t tmpfs -o size={size} none "$USAGE_STORE" && exec "$0" "$@""#);
        let mut command = Command::new("unshare");
        // Who is not root is so in a namespace of users, where that is allowed.
        command.args(["--map-root-user", "--mount", "sh", "-c", &script]).arg(inner.get_program());
        command.args(inner.get_args()).env_clear().current_dir(self.folder());
        command.envs(inner.get_envs().filter_map(|(name, value)| Some((name, value?))));
        let (process, server) = self.surroundings.launch(&mut command, &self.surroundings.log_of(role));
        Role { process, server }
    }

    /// Starts another process in the place of the one that was, with these settings besides, while the clock goes on.
    /// It may die at any time, even before it serves.
    pub fn restart(&mut self, settings: &[(&str, &str)]) {
        self.process.kill();
        let mut command = self.surroundings.command("all");
        let command = command.envs(settings.iter().copied());
        self.process = Process::start(self.surroundings.dress(command), &self.folder().join("all.log"));
        until("a process that serves or has died", || {
            if let Some(http) = self.process.told_address() {
                self.server = self.surroundings.url(&http);
                return Some(());
            }
            self.process.has_ended().then_some(())
        });
    }

    /// Ends the process in the middle of whatever it does.
    pub fn kill(&mut self) {
        self.process.kill();
    }

    /// How its process ended, if it has.
    pub fn ended(&mut self) -> Option<ExitStatus> {
        self.process.ended()
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

    /// Its namespace on the broker.
    pub fn namespace(&self) -> &str {
        &self.surroundings.broker.0.namespace
    }

    /// Its database.
    pub fn database(&self) -> &TestDatabase {
        &self.surroundings.database
    }

    /// Runs `dead-letters` to its end.
    pub fn dead_letters(&self, arguments: &[&str]) -> Output {
        let mut command = self.surroundings.command("dead-letters");
        command.args(arguments).output().expect("the program starts")
    }

    /// Runs `audit verify` to its end.
    pub fn verify_audit(&self, arguments: &[&str]) -> Output {
        let folder = self.folder();
        let mut command = self.surroundings.command("audit");
        command.arg("verify").args(arguments).env("USAGE_STORE", folder.join("store"));
        command.env("USAGE_AUDIT_KEY_FILE", audit_key_file(folder)).output().expect("the program starts")
    }

    /// Runs `verify-month` to its end, with these settings besides.
    pub fn verify_month(&self, arguments: &[&str], settings: &[(&str, &str)]) -> Output {
        let mut command = self.surroundings.command("verify-month");
        command.args(arguments).env("USAGE_STORE", self.folder().join("store"));
        command.envs(settings.iter().copied()).output().expect("the program starts")
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

    /// Its log so far, an object a line.
    pub fn log(&self) -> Vec<Value> {
        self.process.log()
    }

    /// Tells it to end.
    pub fn terminate(&self) {
        self.process.terminate();
    }

    /// How it ended, if it has.
    pub fn ended(&mut self) -> Option<ExitStatus> {
        self.process.ended()
    }

    /// What `/readyz` tells beside whether it is ready, which it has to be.
    #[track_caller]
    pub fn details(&self) -> Value {
        Client::with_token(&self.server, "").get("/readyz").expect(200).json()["details"].take()
    }

    /// A metric without labels, as it is written.
    pub fn metric(&self, name: &str) -> Option<String> {
        let server = format!("http://{}", self.process.metrics_address());
        let page = Client::with_token(&server, "").get("/metrics").expect(200).text();
        page.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' ').map(str::to_owned))
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

    /// The settings of a role, on ports that the system chooses.
    fn dress<'c>(&self, command: &'c mut Command) -> &'c mut Command {
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
        command.envs(self.settings.iter().map(|(name, value)| (name, value)))
    }

    fn url(&self, http: &str) -> String {
        format!("{}://{http}", if self.encrypted { "https" } else { "http" })
    }

    /// Starts a role, and waits until it is ready.
    fn serve(&self, command: &mut Command, log: &str) -> (Process, String) {
        self.launch(self.dress(command), log)
    }

    /// Of a role, each time another.
    fn log_of(&self, role: &str) -> String {
        let names = (1..).map(|number| format!("{role}-{number}.log"));
        let mut free = names.skip_while(|name| self.folder.path().join(name).exists());
        free.next().unwrap_or_default()
    }

    fn launch(&self, command: &mut Command, log: &str) -> (Process, String) {
        let mut process = Process::start(command, &self.folder.path().join(log));
        let server = self.url(&process.address());
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
