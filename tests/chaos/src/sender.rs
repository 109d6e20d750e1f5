//! The callers: each sends its files one after the other, each until it is answered.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};
use std::time::{Duration, Instant};

use e2e::text;
use serde_json::Value;
use ureq::Agent;
use uuid::Uuid;

/// Until a caller believes that there will be no answer.
const PATIENCE: Duration = Duration::from_secs(8);
/// Between two attempts; shorter than the service asks for, as a test has no time.
const PAUSE: Duration = Duration::from_millis(150);
/// A file that is not answered by then never will be.
const DEADLINE: Duration = Duration::from_mins(4);

/// A file with the time at which it is to be sent, at the earliest.
pub struct Sending {
    /// After the beginning.
    pub at: Duration,
    /// The file.
    pub file: Vec<u8>,
}

/// A file that was answered 200 or 202.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answered {
    /// Whose it is.
    pub partner: Uuid,
    /// Of its bytes.
    pub sha256: String,
    /// What the answer called it.
    pub upload_id: String,
    /// The answer's.
    pub status: u16,
}

/// What happened to all callers.
#[derive(Debug, Default)]
pub struct Tally {
    /// In the order of their answers.
    pub answered: Vec<Answered>,
    /// Requests, whatever became of them.
    pub attempts: usize,
    /// Requests without an answer.
    pub unanswered: usize,
    /// Answers by their status.
    pub statuses: BTreeMap<u16, usize>,
    /// Answers that a healthy file must never get.
    pub wrong: Vec<String>,
}

impl Tally {
    /// How many files were answered so.
    pub fn of(&self, status: u16) -> usize {
        self.answered.iter().filter(|answered| answered.status == status).count()
    }
}

/// A caller of one partner.
pub struct Sender<'t> {
    /// Whose.
    pub partner: Uuid,
    /// An API key that may upload.
    pub key: String,
    /// Where.
    pub server: String,
    /// Where it tells what happened.
    pub tally: &'t Mutex<Tally>,
    /// Once set, there is no point in going on.
    pub end: &'t AtomicBool,
}

impl Sender<'_> {
    /// Sends all, in their order.
    pub fn send_all(&self, sendings: &[Sending], begun: Instant) {
        let config = Agent::config_builder().http_status_as_error(false).timeout_global(Some(PATIENCE));
        let agent: Agent = config.build().into();
        for sending in sendings {
            std::thread::sleep(sending.at.saturating_sub(begun.elapsed()));
            if !self.send(&agent, &sending.file) {
                return;
            }
        }
    }

    /// Whether there was a good answer.
    fn send(&self, agent: &Agent, file: &[u8]) -> bool {
        let begun = Instant::now();
        while begun.elapsed() < DEADLINE && !self.end.load(SeqCst) {
            match self.attempt(agent, file) {
                Some((status @ (200 | 202), body)) => {
                    let upload_id = text(&body["id"]);
                    let sha256 = crate::worlds::sha256(file);
                    let answered = Answered { partner: self.partner, sha256, upload_id, status };
                    self.tally.lock().expect("a tally").answered.push(answered);
                    return true;
                }
                Some((503 | 429, _)) | None => {}
                Some((status, body)) => {
                    self.tally.lock().expect("a tally").wrong.push(format!("{status}: {body}"));
                    // Anything else is about the file, which will not get better.
                    if status < 500 {
                        return false;
                    }
                }
            }
            std::thread::sleep(PAUSE);
        }
        self.tally.lock().expect("a tally").wrong.push(format!("no answer within {DEADLINE:?}"));
        false
    }

    fn attempt(&self, agent: &Agent, file: &[u8]) -> Option<(u16, Value)> {
        let request = agent.post(format!("{}/v1/uploads", self.server));
        let request = request.header("authorization", format!("Bearer {}", self.key));
        let sent = request.content_type("application/octet-stream").send(file);
        let answer = sent.ok().and_then(|mut response| {
            let body = response.body_mut().read_to_vec().ok()?;
            Some((response.status().as_u16(), serde_json::from_slice(&body).ok()?))
        });
        let mut tally = self.tally.lock().expect("a tally");
        tally.attempts += 1;
        match &answer {
            Some((status, _)) => *tally.statuses.entry(*status).or_default() += 1,
            None => tally.unanswered += 1,
        }
        answer
    }
}
