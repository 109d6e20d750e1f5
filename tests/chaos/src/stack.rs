//! The servers of the stack `chaos`, which may be killed: no other test uses them.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use diesel::prelude::*;
use diesel::sql_types::Integer;
use test_support::database::TestDatabase;

use crate::plan::Server;
use crate::random::Random;

/// Tries to start a server.
const STARTS: usize = 3;

/// Ends a server on the spot.
pub fn crash(server: Server) {
    stack("kill", server);
}

/// Stops a server as its operators would.
pub fn stop(server: Server) {
    stack("stop", server);
}

/// Starts a server again: a start may be what a fault hits.
pub fn start(server: Server) {
    for left in (0..STARTS).rev() {
        match try_stack("start", server) {
            Ok(()) => return,
            Err(said) => assert!(left > 0, "{said}"),
        }
    }
}

fn stack(command: &str, server: Server) {
    try_stack(command, server).unwrap_or_else(|said| panic!("{said}"));
}

fn try_stack(command: &str, server: Server) -> Result<(), String> {
    let script = workspace().join("scripts/stack");
    let output = Command::new(script)
        .args([command, "chaos", server.name()])
        .stdin(Stdio::null())
        .output()
        .expect("scripts/stack");
    if output.status.success() {
        return Ok(());
    }
    let said = String::from_utf8_lossy(&output.stderr);
    Err(format!("scripts/stack {command} chaos {}: {said}", server.name()))
}

/// The workspace's folder.
pub fn workspace() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// Whether PostgreSQL takes connections.
pub fn answers(database: &TestDatabase) -> bool {
    PgConnection::establish(&database.service_url()).is_ok()
}

#[derive(QueryableByName)]
struct Backend {
    #[diesel(sql_type = Integer)]
    pid: i32,
}

/// Ends one or two of the processes that PostgreSQL has for the service. Says how many; none while nobody is connected.
pub fn kill_backends(database: &TestDatabase, random: &mut Random) -> usize {
    let Ok(mut watcher) = PgConnection::establish(&database.service_url()) else { return 0 };
    let query = "SELECT pid FROM pg_stat_activity
                  WHERE datname = current_database() AND backend_type = 'client backend' AND pid <> pg_backend_pid()";
    let mut backends: Vec<Backend> = diesel::sql_query(query).load(&mut watcher).unwrap_or_default();
    random.shuffle(&mut backends);
    backends.truncate(1 + random.place(2));
    backends.iter().filter(|backend| signal("KILL", backend.pid.unsigned_abs())).count()
}

/// Sends a signal to a process; false when it is gone.
pub fn signal(signal: &str, process: u32) -> bool {
    let kill = Command::new("kill").args(["-s", signal, &process.to_string()]).stderr(Stdio::null()).status();
    kill.is_ok_and(|status| status.success())
}
