//! A process of ours that logs to a file; it ends with this value.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};

use serde_json::Value;

use crate::memory::Memory;
use crate::wait::until;

/// Of the log, when a test has failed.
const TAIL_LINES: usize = 60;

/// A process that serves.
pub struct Process {
    child: Child,
    log: PathBuf,
}

impl Process {
    /// Starts it with its log in this file.
    pub fn start(command: &mut Command, log: &Path) -> Self {
        let file = File::create(log).expect("a log");
        let same = file.try_clone().expect("a log");
        let child = command.stdin(Stdio::null()).stdout(same).stderr(file).spawn();
        Self { child: child.expect("the program starts"), log: log.to_owned() }
    }

    /// The address of its API: it chose a free port itself and told its log.
    pub fn address(&mut self) -> String {
        until("a process that serves", || {
            assert!(!self.has_ended(), "it ended: {}", tail(&self.log));
            self.told_address()
        })
    }

    /// The address of its API, once it has told it.
    pub fn told_address(&self) -> Option<String> {
        fs::read_to_string(&self.log).unwrap_or_default().lines().find_map(serving_address)
    }

    /// Whether it has ended, by itself or otherwise.
    pub fn has_ended(&mut self) -> bool {
        self.ended().is_some()
    }

    /// How it ended, if it has.
    pub fn ended(&mut self) -> Option<ExitStatus> {
        self.child.try_wait().expect("its state")
    }

    /// Its process id.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// What it holds in memory.
    pub fn memory(&self) -> Memory {
        Memory::of(self.child.id())
    }

    /// Its log so far, an object a line.
    pub fn log(&self) -> Vec<Value> {
        entries(&self.log)
    }

    /// All that it wrote so far.
    pub fn output(&self) -> String {
        String::from_utf8_lossy(&fs::read(&self.log).expect("a log")).into_owned()
    }

    /// Tells it to end, as whoever runs it does.
    pub fn terminate(&self) {
        let told = Command::new("kill").args(["-TERM", &self.id().to_string()]).status();
        assert!(told.expect("kill").success(), "it has ended before");
    }

    /// The address of its metrics.
    pub fn metrics_address(&self) -> String {
        let log = self.log();
        let serving = log.iter().find(|entry| entry["message"] == "serving").expect("a process that serves");
        serving["metrics"].as_str().expect("an address").to_owned()
    }

    /// Ends it in the middle of whatever it does.
    pub fn kill(&mut self) {
        // It may have ended by itself, which the test will have noticed.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.kill();
        if std::thread::panicking() {
            eprintln!("the last lines of the log of process {}:\n{}", self.child.id(), tail(&self.log));
        }
    }
}

/// Where it listens, by the line that says so in either form.
fn serving_address(line: &str) -> Option<String> {
    if let Ok(entry) = serde_json::from_str::<Value>(line) {
        let address = entry["http"].as_str().filter(|_| entry["message"] == "serving");
        return address.map(str::to_owned);
    }
    let (_, fields) = line.split_once(": serving ")?;
    fields.split_whitespace().find_map(|field| field.strip_prefix("http=")).map(str::to_owned)
}

/// A line may be half written.
fn entries(log: &Path) -> Vec<Value> {
    let text = fs::read_to_string(log).unwrap_or_default();
    text.lines().filter_map(|line| serde_json::from_str(line).ok()).collect()
}

/// The last lines, without the many that only say that a request was answered.
fn tail(log: &Path) -> String {
    let text = fs::read_to_string(log).unwrap_or_default();
    let lines: Vec<&str> = text.lines().filter(|line| !line.contains(r#""message":"answered""#)).collect();
    lines[lines.len().saturating_sub(TAIL_LINES)..].join("\n")
}
