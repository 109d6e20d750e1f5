//! The processes of the service, each behind proxies, and their supervisor: what has ended is started again.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use e2e::{Process, program};
use platform::auth::generate_key_pem;
use secrecy::ExposeSecret;
use test_support::broker::TestBroker;
use test_support::database::TestDatabase;

use crate::plan::{Link, Seat};
use crate::proxy::Proxy;
use crate::stack::signal;

/// The service's clock at the beginning: after the last month of all worlds.
const CLOCK: &str = "2026-11-01T06:00:00Z";
/// Every world is on time, whenever its month was.
const DEADLINE: &str = "1000d";
/// Between two runs of a schedule that is to be in the way.
const OFTEN: &str = "30s";
/// Before a process that ended by itself is started again, as supervisors do.
const RESTART_AFTER: Duration = Duration::from_secs(1);

/// What the processes share.
pub struct Surroundings {
    /// The service's database.
    pub database: TestDatabase,
    /// The service's namespace on the broker.
    pub broker: TestBroker,
    /// Keys and logs.
    pub folder: PathBuf,
    /// The store.
    pub store: PathBuf,
}

/// The processes, one a seat.
pub struct Fleet<'s> {
    surroundings: &'s Surroundings,
    posts: [Post; 4],
    scheduled: bool,
}

struct Post {
    seat: Seat,
    door: Proxy,
    database: Proxy,
    broker: Proxy,
    process: Option<Process>,
    serves: bool,
    /// It was told to end, and may take its time.
    leaving: bool,
    due: Instant,
    starts: usize,
    failed_starts: usize,
    /// The logs of lives that ended by themselves.
    fallen: Vec<PathBuf>,
}

impl Surroundings {
    /// With the demo organizations, keys of its own, and the clock set.
    pub fn new(folder: &Path, store: PathBuf) -> Self {
        let (database, broker) = (TestDatabase::new(), TestBroker::new());
        for name in ["jwt.pem", "audit.pem"] {
            let key = generate_key_pem().expect("a key");
            std::fs::write(folder.join(name), key.expose_secret()).expect("a file for the key");
        }
        let surroundings = Self { database, broker, folder: folder.to_owned(), store };
        let mut seed = surroundings.command("seed-demo", &surroundings.database.service_url());
        let output = seed.env("USAGE_CLOCK", CLOCK).output().expect("the program starts");
        assert!(output.status.success(), "seed-demo: {}", String::from_utf8_lossy(&output.stderr));
        surroundings
    }

    /// The program with nothing of the surrounding environment. It dies with the thread that starts it.
    pub fn command(&self, subcommand: &str, database_url: &str) -> Command {
        let mut command = Command::new("/usr/bin/setpriv");
        command.args(["--pdeathsig", "KILL", "--"]).arg(program("usage-insight")).arg(subcommand);
        command.env_clear().current_dir(&self.folder).envs([
            ("USAGE_ENV", "development"),
            ("USAGE_LOG", "info"),
            ("USAGE_HTTP", "127.0.0.1:0"),
            ("USAGE_METRICS", "127.0.0.1:0"),
            ("USAGE_DEADLINE", DEADLINE),
            ("USAGE_DATABASE_URL", database_url),
            ("USAGE_BROKER_NAMESPACE", &self.broker.namespace),
        ]);
        command
            .env("USAGE_STORE", &self.store)
            .env("USAGE_KEY_FILE", self.folder.join("jwt.pem"))
            .env("USAGE_AUDIT_KEY_FILE", self.folder.join("audit.pem"));
        command
    }
}

impl<'s> Fleet<'s> {
    /// Nothing is started before the first [`Fleet::tend`]; `scheduled` for runs of the schedule all the while.
    pub fn new(surroundings: &'s Surroundings, scheduled: bool) -> Self {
        let database = target(&surroundings.database.service_url());
        let broker = target(&surroundings.broker.url);
        let posts = Seat::ALL.map(|seat| Post {
            seat,
            door: Proxy::new(None),
            database: Proxy::new(Some(database)),
            broker: Proxy::new(Some(broker)),
            process: None,
            serves: false,
            leaving: false,
            due: Instant::now(),
            starts: 0,
            failed_starts: 0,
            fallen: Vec::new(),
        });
        Self { surroundings, posts, scheduled }
    }

    /// Starts what is due, and looks who has ended.
    pub fn tend(&mut self) {
        for post in &mut self.posts {
            post.tend(self.surroundings, self.scheduled);
        }
    }

    /// Whether all processes serve.
    pub fn all_serve(&self) -> bool {
        self.posts.iter().all(|post| post.serves)
    }

    /// Where callers of a process go, for all its lives.
    pub fn server(&self, seat: Seat) -> String {
        format!("http://{}", self.post(seat).door.address())
    }

    /// Ends a process on the spot, and keeps it down for a time; false when it is down.
    pub fn kill(&mut self, seat: Seat, down: Duration) -> bool {
        let post = self.post_mut(seat);
        let was_up = post.process.take().is_some();
        if was_up {
            post.away(down);
        }
        was_up
    }

    /// Tells a process to end; it comes back so long after it has. False when it is down, or was told before.
    pub fn terminate(&mut self, seat: Seat, down: Duration) -> bool {
        let post = self.post_mut(seat);
        let Some(process) = post.process.as_ref().filter(|_| !post.leaving) else { return false };
        signal("TERM", process.id());
        post.leaving = true;
        post.due = Instant::now() + down;
        true
    }

    /// Stops a process where it is, or lets it go on; false when it is down.
    pub fn freeze(&self, seat: Seat, frozen: bool) -> bool {
        let Some(process) = &self.post(seat).process else { return false };
        signal(if frozen { "STOP" } else { "CONT" }, process.id());
        true
    }

    /// Whether the process at this end of a proxy is up: there is nothing to harm between others and nobody.
    pub fn is_up(&self, link: Link) -> bool {
        let (Link::Door(seat) | Link::Database(seat) | Link::Broker(seat)) = link;
        self.post(seat).process.is_some()
    }

    /// A proxy.
    pub fn link(&self, link: Link) -> &Proxy {
        match link {
            Link::Door(seat) => &self.post(seat).door,
            Link::Database(seat) => &self.post(seat).database,
            Link::Broker(seat) => &self.post(seat).broker,
        }
    }

    /// No proxy does harm any more, what is down is due, and no further run begins.
    pub fn calm(&mut self) {
        if std::mem::take(&mut self.scheduled) {
            self.kill(Seat::Aggregator1, Duration::ZERO);
            self.kill(Seat::Aggregator2, Duration::ZERO);
        }
        for post in &mut self.posts {
            for proxy in [&post.door, &post.database, &post.broker] {
                proxy.calm();
            }
            post.due = Instant::now();
        }
    }

    /// How often a process could not start, as a server was away.
    pub fn failed_starts(&self) -> usize {
        self.posts.iter().map(|post| post.failed_starts).sum()
    }

    /// Processes that served and then ended without being told to.
    pub fn fallen(&self) -> impl Iterator<Item = String> {
        let logs = self.posts.iter().flat_map(|post| &post.fallen);
        logs.map(|log| format!("a process ended by itself: {}", log.display()))
    }

    fn post(&self, seat: Seat) -> &Post {
        self.posts.iter().find(|post| post.seat == seat).expect("a post for each seat")
    }

    fn post_mut(&mut self, seat: Seat) -> &mut Post {
        self.posts.iter_mut().find(|post| post.seat == seat).expect("a post for each seat")
    }
}

impl Post {
    fn tend(&mut self, surroundings: &Surroundings, scheduled: bool) {
        match &mut self.process {
            None if self.due <= Instant::now() => self.start(surroundings, scheduled),
            None => {}
            Some(process) => {
                if process.has_ended() {
                    self.process = None;
                    match (self.leaving, self.serves) {
                        (true, _) => {}
                        (false, true) => self.fallen.push(self.log(surroundings)),
                        (false, false) => self.failed_starts += 1,
                    }
                    let down = self.due.saturating_duration_since(Instant::now());
                    self.away(if self.leaving { down } else { RESTART_AFTER });
                } else if !self.serves
                    && let Some(address) = process.told_address()
                {
                    self.door.set_target(Some(address.parse().expect("an address")));
                    self.serves = true;
                }
            }
        }
    }

    fn start(&mut self, surroundings: &Surroundings, scheduled: bool) {
        self.starts += 1;
        let url = redirected(&surroundings.database.service_url(), self.database.address());
        let mut command = surroundings.command(self.seat.role(), &url);
        command.env("USAGE_AMQP_URL", redirected(&surroundings.broker.url, self.broker.address()));
        command.env("AGGREGATION_INTERVAL", if scheduled { OFTEN } else { "24h" });
        self.process = Some(Process::start(&mut command, &self.log(surroundings)));
    }

    /// One a life.
    fn log(&self, surroundings: &Surroundings) -> PathBuf {
        surroundings.folder.join(format!("{}.{}.log", self.seat.name(), self.starts))
    }

    fn away(&mut self, down: Duration) {
        self.leaving = false;
        self.serves = false;
        self.door.set_target(None);
        self.due = Instant::now() + down;
    }
}

/// The address in a URL of a server on this machine.
fn target(url: &str) -> SocketAddr {
    let (_, rest) = url.rsplit_once('@').expect("a user in the URL");
    let (address, _) = rest.split_once('/').expect("a path in the URL");
    address.parse().expect("an address and a port")
}

/// The same URL with another address.
fn redirected(url: &str, address: SocketAddr) -> String {
    url.replace(&target(url).to_string(), &address.to_string())
}
