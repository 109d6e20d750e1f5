//! A process of ours that logs to a file; it ends with this value.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

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
        let child = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(file).spawn();
        Self { child: child.expect("the program starts"), log: log.to_owned() }
    }

    /// The address of its API: it chose a free port itself and told its log.
    pub fn address(&mut self) -> String {
        let log = self.log.clone();
        let serving = until("a process that serves", || {
            assert_eq!(self.child.try_wait().expect("its state"), None, "it ended: {}", tail(&log));
            entries(&log).into_iter().find(|entry| entry["message"] == "serving")
        });
        serving["http"].as_str().expect("an address").to_owned()
    }

    /// What it holds in memory.
    pub fn memory(&self) -> Memory {
        Memory::of(self.child.id())
    }

    /// Its log so far, an object a line.
    pub fn log(&self) -> Vec<Value> {
        entries(&self.log)
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

/// A line may be half written.
fn entries(log: &Path) -> Vec<Value> {
    let text = std::fs::read_to_string(log).unwrap_or_default();
    text.lines().filter_map(|line| serde_json::from_str(line).ok()).collect()
}

/// The last lines, without the many that only say that a request was answered.
fn tail(log: &Path) -> String {
    let text = std::fs::read_to_string(log).unwrap_or_default();
    let lines: Vec<&str> = text.lines().filter(|line| !line.contains(r#""message":"answered""#)).collect();
    lines[lines.len().saturating_sub(TAIL_LINES)..].join("\n")
}
