//! Messages that cannot succeed end as dead letters with their reason, and block nobody; the operator sees them, heals what
//! they fail of, and replays them.

mod deaths;
mod rubbish;
mod units;

use e2e::{Client, Service};
use serde_json::Value;
use std::path::PathBuf;

const CLOCK: &str = "2026-10-01T06:00:00Z";

/// What `dead-letters list` says.
fn listed(service: &Service, arguments: &[&str]) -> Vec<Value> {
    let output = service.dead_letters(&[&["list", "--json"], arguments].concat());
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// Where the store keeps the file of an upload.
fn stored(service: &Service, upload: &Value) -> PathBuf {
    let sha256 = e2e::text(&upload["sha256"]);
    service.folder().join("store").join(&sha256[..2]).join(&sha256)
}

fn desk(service: &Service) -> Client {
    service.log_in("desk@vendor.test")
}
