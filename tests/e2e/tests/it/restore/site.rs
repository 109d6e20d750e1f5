//! The service on a stack: its programs, with the settings that they have there.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use e2e::{Client, Namespace, PASSWORD, Process, program, until};
use secrecy::ExposeSecret;
use test_support::broker::TestBroker;

use super::cases::Case;
use super::stack::Stack;

/// Where a service is at home. The broker has nothing of any other.
pub struct Site<'s> {
    pub stack: &'s Stack,
    pub store: PathBuf,
    pub heads: PathBuf,
    /// Of keys, which both sites have, and of logs.
    folder: PathBuf,
    broker: Namespace,
}

/// The processes of a service.
pub struct Roles {
    pub ingest: Role,
    api: Role,
    aggregator: Option<Role>,
}

/// A process, and where it answers.
pub struct Role {
    #[expect(dead_code, reason = "ends with this value")]
    process: Process,
    pub server: String,
}

impl<'s> Site<'s> {
    pub fn new(stack: &'s Stack, folder: &Path, heads: &Path) -> Self {
        for name in ["jwt.pem", "audit.pem"] {
            if !folder.join(name).exists() {
                let key = platform::auth::generate_key_pem().unwrap();
                std::fs::write(folder.join(name), key.expose_secret()).unwrap();
            }
        }
        let (store, broker) = (folder.join("store"), Namespace(TestBroker::new()));
        Self { stack, store, heads: heads.to_owned(), folder: folder.to_owned(), broker }
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(program("usage-insight"));
        command.args(arguments).env_clear().current_dir(&self.folder).envs([
            ("USAGE_ENV", "development"),
            ("USAGE_LOG", "info"),
            ("USAGE_DATABASE_URL", &self.stack.database.service_url()),
            ("USAGE_AMQP_URL", &self.broker.0.url),
            ("USAGE_BROKER_NAMESPACE", &self.broker.0.namespace),
            ("USAGE_HTTP", "127.0.0.1:0"),
            ("USAGE_METRICS", "127.0.0.1:0"),
        ]);
        command.env("USAGE_STORE", &self.store).env("USAGE_AUDIT_HEADS", &self.heads);
        command.env("USAGE_KEY_FILE", self.folder.join("jwt.pem"));
        command.env("USAGE_AUDIT_KEY_FILE", self.folder.join("audit.pem"));
        command
    }

    /// Runs the program to its end.
    pub fn run(&self, arguments: &[&str]) -> Output {
        // A task takes fewer settings than a role, and ignores the others.
        self.command(arguments).output().unwrap()
    }

    /// What it printed, once it has succeeded.
    pub fn succeed(&self, arguments: &[&str]) -> String {
        printed(&self.run(arguments), arguments)
    }

    /// The same as the owner of the tables.
    pub fn succeed_as_owner(&self, arguments: &[&str]) -> String {
        let mut command = self.command(arguments);
        let output = command.env("USAGE_DATABASE_OWNER_URL", self.stack.database.owner_url()).output();
        printed(&output.unwrap(), arguments)
    }

    /// Starts all roles, the clock at this instant or going on.
    pub fn start(&self, clock: Option<&str>) -> Roles {
        let api = self.role("api", clock);
        Roles { api, ingest: self.role("ingest", None), aggregator: Some(self.role("aggregator", None)) }
    }

    fn role(&self, role: &str, clock: Option<&str>) -> Role {
        let mut command = self.command(&[role]);
        command.envs(clock.map(|clock| ("USAGE_CLOCK", clock)));
        let log = self.folder.join(format!("{role}-{}.log", self.broker.0.namespace));
        let mut process = Process::start(&mut command, &log);
        let server = format!("http://{}", process.address());
        let anyone = Client::with_token(&server, "");
        until("a role that is ready", || (anyone.get("/readyz").status == 200).then_some(()));
        Role { process, server }
    }
}

impl Roles {
    pub fn log_in(&self, case: &Case) -> Client {
        Client::log_in(&self.api.server, &case.email(), PASSWORD)
    }

    /// On the spot.
    pub fn stop_aggregator(&mut self) {
        self.aggregator = None;
    }

    pub fn start_aggregator(&mut self, site: &Site<'_>) {
        self.aggregator = Some(site.role("aggregator", None));
    }
}

fn printed(output: &Output, arguments: &[&str]) -> String {
    let (out, error) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{arguments:?}: {out}{error}");
    out.into_owned()
}
