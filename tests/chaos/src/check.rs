//! What has to hold at the end, beside the final state.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;
use test_support::state::State;
use uuid::Uuid;

use crate::fleet::Surroundings;
use crate::sender::Tally;
use crate::worlds::{World, sha256};

/// Every file was answered, under one id however often it was sent, and is there once and processed.
pub fn uploads(worlds: &[World], tally: &Tally, state: &State) -> Vec<String> {
    let mut wrong = Vec::new();
    let mut ids: BTreeMap<(Uuid, &str), BTreeSet<&str>> = BTreeMap::new();
    for answered in &tally.answered {
        ids.entry((answered.partner, &answered.sha256)).or_default().insert(&answered.upload_id);
    }
    let mut rows: BTreeMap<(Uuid, String), Vec<Value>> = BTreeMap::new();
    for line in state.section("uploads") {
        let row = json(line);
        let partner = row["organization"].as_str().and_then(|id| id.parse().ok()).expect("a UUID");
        rows.entry((partner, e2e::text(&row["sha256"]))).or_default().push(row);
    }
    for world in worlds {
        let files: BTreeSet<String> = world.lanes.iter().flatten().map(|file| sha256(file)).collect();
        for file in files {
            let name = format!("{} of {}", file, world.name);
            match ids.get(&(world.partner, file.as_str())).map(BTreeSet::len) {
                Some(1) => {}
                Some(count) => wrong.push(format!("{name} was answered under {count} ids")),
                None => wrong.push(format!("{name} was never answered")),
            }
            match rows.remove(&(world.partner, file)).as_deref() {
                Some([row]) if row["status"] == "processed" => {}
                Some([row]) => wrong.push(format!("{name} is {}", row["status"])),
                Some(rows) => wrong.push(format!("{name} is there {} times", rows.len())),
                None => wrong.push(format!("{name} is not there")),
            }
        }
    }
    wrong.extend(rows.keys().map(|(partner, file)| format!("{file} of {partner} was never sent")));
    wrong
}

/// The chains of the audit are whole, and every month is what its stored files come to.
pub fn by_program(surroundings: &Surroundings, state: &State) -> Vec<String> {
    let reports = state.section("reports").iter().map(|line| e2e::text(&json(line)["month"])[..7].to_owned());
    let months: BTreeSet<String> = reports.collect();
    let audit = run(surroundings, "audit", &["verify"]);
    let months = months.iter().filter_map(|month| run(surroundings, "verify-month", &["--month", month]));
    audit.into_iter().chain(months).collect()
}

/// What a program that checks has found, if anything.
fn run(surroundings: &Surroundings, subcommand: &str, arguments: &[&str]) -> Option<String> {
    let mut check = surroundings.command(subcommand, &surroundings.database.service_url());
    let output = check.args(arguments).output().expect("the program starts");
    let said = [output.stdout, output.stderr].map(|said| String::from_utf8_lossy(&said).into_owned());
    let told = || format!("{subcommand} {}: {}", arguments.join(" "), said.join(" "));
    (!output.status.success()).then(told)
}

fn json(line: &str) -> Value {
    serde_json::from_str(line).expect("JSON")
}
