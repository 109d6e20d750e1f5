//! A service whose processes die where they are told to, and its callers, who try until they have their answer.

use std::os::unix::process::ExitStatusExt;
use std::path::PathBuf;
use std::time::Duration;

use e2e::{Answer, Client, Service, State, until_within};
use serde_json::{Value, json};

/// Of a process that aborts.
const SIGABRT: i32 = 6;
/// Many services begin again and again at once here.
const PATIENCE: Duration = Duration::from_mins(3);

/// A service, one process at a time.
pub struct Mortal {
    pub(super) service: Service,
    pub(super) acme: Client,
    globex: Client,
    operator: Client,
    /// Where the process that runs is to die; none when it is to live.
    armed: Option<String>,
    /// Where the ones after it die, the next one last.
    points: Vec<String>,
}

impl Mortal {
    /// Makes a service ready, and from then on has it die at these points, one after the other.
    pub fn start(service: Service, points: &[String], prepare: impl FnOnce(&Client, &Client)) -> Self {
        let (acme, globex) = (service.log_in("admin@acme.test"), service.log_in("admin@globex.test"));
        let operator = service.operator().clone();
        prepare(&acme, &globex);
        let points = points.iter().rev().cloned().collect();
        let mut mortal = Self { service, acme, globex, operator, armed: None, points };
        if !mortal.points.is_empty() {
            mortal.arm();
        }
        mortal
    }

    /// The end of the world: it has died at every point, nothing waits, and this is what there is.
    pub fn state(mut self) -> State {
        self.until("death", |mortal| mortal.armed.is_none().then_some(()));
        self.settle();
        State::of(self.service.database())
    }

    /// Sends a file of Acme until there is an answer.
    pub fn upload(&mut self, file: &[u8]) -> Answer {
        self.answer(|mortal| mortal.acme.at(mortal.service.server()).try_upload(file))
    }

    /// Sends a file of Globex until there is an answer.
    pub fn upload_of_globex(&mut self, file: &[u8]) -> Answer {
        self.answer(|mortal| mortal.globex.at(mortal.service.server()).try_upload(file))
    }

    /// Waits until all that came in is in the reports.
    pub fn settle(&mut self) {
        self.until("all work to be done", |mortal| {
            State::leftovers(mortal.service.database()).is_empty().then_some(())
        });
    }

    /// Moves the clock to a day's run, and waits until the run has ended and its sample is verified.
    pub fn day(&mut self, day: &str) {
        let (now, slot) = (format!("{day}T00:30:01Z"), format!("{day}T00:30:00Z"));
        self.answer(|mortal| {
            mortal.operator.at(mortal.service.server()).try_put("/v1/clock", &json!({ "now": now }))
        });
        self.until(&format!("the run of {day}"), |mortal| {
            let acme = mortal.acme.at(mortal.service.server());
            let run: Value = acme.try_get("/v1/aggregation-runs?limit=1")?.json()["items"][0].clone();
            (run["scheduled_for"] == slot && !run["finished_at"].is_null()).then_some(())
        });
        self.until(&format!("the sample of {day}"), |mortal| {
            let ready = mortal.acme.at(mortal.service.server()).try_get("/readyz")?.json();
            let verified = ready["details"]["verification"]["last_at"].as_str()?.to_owned();
            (verified > slot).then_some(())
        });
        self.settle();
    }

    /// Waits until a piece of work has failed by its own doing, and again for each point that is left.
    pub fn until_work_failed(&mut self) {
        self.until("a failure", |mortal| {
            let left = State::leftovers(mortal.service.database());
            let failed =
                left.iter().any(|line| line.contains(r#""attempts""#) && !line.contains(r#""why":"0"#));
            let dies_of_it = mortal.armed.as_ref().is_some_and(|point| point.starts_with("count-failure:"));
            (failed && !dies_of_it).then_some(())
        });
    }

    /// Where the store keeps a file of this digest.
    pub fn stored(&self, sha256: &str) -> PathBuf {
        self.service.folder().join("store").join(&sha256[..2]).join(sha256)
    }

    /// Asks until there is an answer that says what became of it.
    pub(super) fn answer(&mut self, mut ask: impl FnMut(&Self) -> Option<Answer>) -> Answer {
        self.until("an answer", |mortal| {
            ask(mortal).filter(|answer| answer.status < 500 && answer.status != 423)
        })
    }

    #[track_caller]
    pub(super) fn until<T>(&mut self, what: &str, mut look: impl FnMut(&Self) -> Option<T>) -> T {
        let what = format!("{what}, to die at {:?} and {:?}", self.armed, self.points);
        until_within(PATIENCE, &what, || {
            self.bury();
            look(self)
        })
    }

    /// Has the next process begin once one has died where it was told to, and nowhere else.
    fn bury(&mut self) {
        let Some(status) = self.service.ended() else { return };
        let Some(point) = self.armed.take() else { panic!("it died untold: {status}") };
        assert_eq!(status.signal(), Some(SIGABRT), "{point}: {status}");
        println!("died at {point}");
        // Those of the dead end with time; this is the time.
        self.service.database().end_leases();
        self.arm();
    }

    fn arm(&mut self) {
        self.armed = self.points.pop();
        self.begin();
    }

    /// Starts a process that dies at the same point as the one before.
    pub(super) fn begin(&mut self) {
        let crash = self.armed.as_deref().map(|point| ("USAGE_CRASH", point));
        self.service.restart(crash.as_slice());
    }
}
