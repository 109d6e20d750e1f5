//! The program with an environment of its own, and a role of it while it serves.

use serde_json::Value;
use std::io::{BufRead, BufReader};
use std::process::{Child, ChildStderr, Command, ExitStatus, Output, Stdio};
use std::time::{Duration, Instant};
use tempfile::TempDir;
use test_support::broker::TestBroker;
use test_support::database::TestDatabase;

/// Longer than a start or a stop takes.
const PATIENCE: Duration = Duration::from_secs(30);

/// What the program is given.
pub struct Program {
    pub database: TestDatabase,
    broker: TestBroker,
    folder: TempDir,
}

impl Program {
    /// With an empty database.
    pub fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        for name in ["key.pem", "audit.pem"] {
            let key = platform::auth::generate_key_pem().unwrap();
            std::fs::write(folder.path().join(name), secrecy::ExposeSecret::expose_secret(&key)).unwrap();
        }
        Self { database: TestDatabase::empty(), broker: TestBroker::new(), folder }
    }

    /// The program in development, with all that it needs and nothing of the machine's.
    pub fn command(&self, subcommand: &str) -> Command {
        let mut command = bare(subcommand);
        command
            .env("USAGE_ENV", "development")
            .env("USAGE_DATABASE_URL", self.database.service_url())
            .env("USAGE_DATABASE_OWNER_URL", self.database.owner_url())
            .env("USAGE_AMQP_URL", &self.broker.url)
            .env("USAGE_BROKER_NAMESPACE", &self.broker.namespace)
            .env("USAGE_STORE", self.folder.path().join("store"))
            .env("USAGE_KEY_FILE", self.folder.path().join("key.pem"))
            .env("USAGE_AUDIT_KEY_FILE", self.folder.path().join("audit.pem"))
            .env("USAGE_HTTP", "127.0.0.1:0")
            .env("USAGE_METRICS", "127.0.0.1:0");
        command
    }

    /// Runs a subcommand to its end.
    pub fn run(&self, subcommand: &str) -> Output {
        self.command(subcommand).output().unwrap()
    }

    /// Starts a role and waits until it listens.
    pub fn serve(&self, role: &str) -> Serving {
        let mut child = self.command(role).stderr(Stdio::piped()).spawn().unwrap();
        let log = BufReader::new(child.stderr.take().unwrap());
        let mut serving = Serving { http: String::new(), metrics: String::new(), child, log };
        serving.read_addresses();
        serving
    }

    /// Deletes the queues that roles made.
    pub async fn delete_queues(&self) {
        let settings = platform::config::BrokerSettings::new(&*self.broker.url, &self.broker.namespace);
        platform::broker::Broker::new(settings, "test").delete_namespace().await.unwrap();
    }
}

/// The program without any setting.
pub fn bare(subcommand: &str) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_usage-insight"));
    command.env_clear().arg(subcommand);
    command
}

/// A role at work.
pub struct Serving {
    pub http: String,
    pub metrics: String,
    child: Child,
    log: BufReader<ChildStderr>,
}

/// An answer.
pub struct Answer {
    pub status: u16,
    pub has_request_id: bool,
    pub json: Value,
}

impl Serving {
    /// From the line that says where it listens.
    fn read_addresses(&mut self) {
        let mut line = String::new();
        while self.log.read_line(&mut line).unwrap() > 0 {
            let event: Value = serde_json::from_str(&line).unwrap_or_default();
            if event["message"] == "serving" {
                let address = |name: &str| format!("http://{}", event[name].as_str().unwrap());
                (self.http, self.metrics) = (address("http"), address("metrics"));
                return;
            }
            line.clear();
        }
        panic!("it did not start");
    }

    /// Asks without a token.
    pub fn ask(&self, method: &str, path: &str) -> Answer {
        let agent: ureq::Agent = ureq::Agent::config_builder().http_status_as_error(false).build().into();
        let request = ureq::http::Request::builder().method(method).uri(format!("{}{path}", self.http));
        let mut response = agent.run(request.body(()).unwrap()).unwrap();
        Answer {
            status: response.status().as_u16(),
            has_request_id: response.headers().contains_key("x-request-id"),
            json: response.body_mut().read_json().unwrap_or_default(),
        }
    }

    /// Asks until it is ready.
    pub fn ready(&self) -> Answer {
        let begun = Instant::now();
        loop {
            let answer = self.ask("GET", "/readyz");
            if answer.status == 200 {
                return answer;
            }
            assert!(begun.elapsed() < PATIENCE, "{:?}", answer.json);
            std::thread::sleep(Duration::from_millis(100));
        }
    }

    /// Tells it to end, and waits until it has.
    pub fn stop(mut self) -> (ExitStatus, Duration) {
        let begun = Instant::now();
        let pid = self.child.id().to_string();
        assert!(Command::new("kill").args(["-s", "TERM", &pid]).status().unwrap().success());
        // Its last words: a pipe that nobody empties would keep it.
        std::io::copy(&mut self.log, &mut std::io::sink()).unwrap();
        (self.child.wait().unwrap(), begun.elapsed())
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        // Of a test that failed; one that has ended is no error.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
