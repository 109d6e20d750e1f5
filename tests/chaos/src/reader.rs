//! Somebody who looks at reports all the while: an answer may be missing, but never wrong.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};
use std::time::Duration;

use ureq::Agent;

const PATIENCE: Duration = Duration::from_secs(8);
const PAUSE: Duration = Duration::from_millis(100);

/// What was answered.
#[derive(Debug, Default)]
pub struct Read {
    /// By status; 0 for no answer.
    pub statuses: BTreeMap<u16, usize>,
    /// Answers that nobody should get.
    pub wrong: Vec<String>,
}

/// Looks at the keys' partners in turn until the end.
pub fn read(server: &str, keys: &[String], end: &AtomicBool) -> Read {
    let config = Agent::config_builder().http_status_as_error(false).timeout_global(Some(PATIENCE));
    let agent: Agent = config.build().into();
    let mut read = Read::default();
    let paths = [
        "/v1/reports/monthly-usage?month=2026-10",
        "/v1/uploads?limit=20",
        "/v1/reports/vm-history?month=2026-10",
    ];
    for (key, path) in keys.iter().cycle().zip(paths.iter().cycle()) {
        if end.load(SeqCst) {
            break;
        }
        let request = agent.get(format!("{server}{path}")).header("authorization", format!("Bearer {key}"));
        let answer = request.call().ok().and_then(|mut response| {
            Some((response.status().as_u16(), response.body_mut().read_to_string().ok()?))
        });
        let status = answer.as_ref().map_or(0, |(status, _)| *status);
        *read.statuses.entry(status).or_default() += 1;
        // A month without a report yet is not found.
        if let Some((status, body)) = answer
            && !matches!(status, 200 | 404 | 503)
        {
            read.wrong.push(format!("GET {path}: {status} {body}"));
        }
        std::thread::sleep(PAUSE);
    }
    read
}
