//! The two servers of this test, and the scripts of an operator.

use std::collections::HashMap;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use e2e::{Process, until};
use test_support::database::TestDatabase;

use super::site::Site;

/// A PostgreSQL of its own; its data goes with this value.
pub struct Stack {
    name: &'static str,
    pub database: TestDatabase,
    backup_url: String,
}

impl Stack {
    /// An empty one.
    pub fn start(name: &'static str) -> Self {
        // Another run may have been killed.
        script("stack", &["wipe", name], &[]);
        Self::begin(name)
    }

    /// One with the data of this folder.
    pub fn adopt(name: &'static str, data: &Path) -> Self {
        script("stack", &["wipe", name], &[]);
        script("stack", &["adopt", name, data.to_str().unwrap()], &[]);
        Self::begin(name)
    }

    fn begin(name: &'static str) -> Self {
        script("stack", &["start", name, "postgresql"], &[]);
        let env = script("stack", &["env", name], &[]);
        let env: HashMap<&str, &str> =
            env.lines().filter_map(|line| line.strip_prefix("export ")?.split_once('=')).collect();
        let url = |role: &str| env[&*format!("USAGE_TEST_{role}_URL")];
        Self {
            name,
            database: TestDatabase::existing(url("DATABASE_OWNER"), url("DATABASE")),
            backup_url: url("BACKUP").to_owned(),
        }
    }

    pub fn stop(&self) {
        script("stack", &["stop", self.name, "postgresql"], &[]);
    }
}

impl Drop for Stack {
    fn drop(&mut self) {
        // After a failure its data and log are kept, to be looked at, and nothing runs on.
        let command = if std::thread::panicking() { "stop" } else { "wipe" };
        let _ = Command::new(scripts().join("stack")).args([command, self.name]).status();
    }
}

/// The backups of a site. PostgreSQL's log is received as long as this value is there.
pub struct Backup {
    settings: Vec<(&'static str, String)>,
    #[expect(dead_code, reason = "ends with this value")]
    receiver: Process,
}

impl Backup {
    pub fn new(stack: &Stack, site: &Site<'_>, folder: &Path) -> Self {
        let path = |path: &Path| path.to_str().unwrap().to_owned();
        let settings = vec![
            ("USAGE_BACKUP", path(&folder.join("backup"))),
            ("USAGE_BACKUP_URL", stack.backup_url.clone()),
            ("USAGE_STORE", path(&site.store)),
            ("USAGE_AUDIT_HEADS", path(&site.heads)),
        ];
        let mut command = Command::new(scripts().join("backup"));
        command.arg("wal").envs(settings.iter().map(|(name, value)| (*name, value)));
        let receiver = Process::start(&mut command, &folder.join("wal.log"));
        let wal = folder.join("backup/wal");
        until("a log that is received", || wal.read_dir().ok()?.next().map(drop));
        Self { settings, receiver }
    }

    /// `base` or `store`.
    pub fn make(&self, what: &str) {
        script("backup", &[what], &self.settings);
    }
}

/// Restores the database as it was at an instant, and the store.
pub fn restore(folder: &Path, data: &Path, store: &Path, until: &str) {
    let arguments = ["--data", data.to_str().unwrap(), "--store", store.to_str().unwrap(), "--until", until];
    let backup = folder.join("backup").to_str().unwrap().to_owned();
    script("restore", &arguments, &[("USAGE_BACKUP", backup)]);
}

/// One run at a time: there is one pair of servers.
pub fn turn() -> File {
    let state = scripts().join("../.run");
    std::fs::create_dir_all(&state).unwrap();
    let file = File::create(state.join("restore-run.lock")).unwrap();
    file.lock().unwrap();
    file
}

fn scripts() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../scripts")
}

/// Runs a script to its end; what it printed.
fn script(name: &str, arguments: &[&str], settings: &[(&'static str, String)]) -> String {
    let mut command = Command::new(scripts().join(name));
    command.args(arguments).envs(settings.iter().map(|(name, value)| (*name, value)));
    let output = command.stdin(Stdio::null()).output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "scripts/{name} {arguments:?}: {said}");
    String::from_utf8(output.stdout).unwrap()
}
