//! A partner's day with `usagectl`, from log-in to order.

use std::fs;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use chrono::TimeDelta;
use e2e::{PASSWORD, Service, data, program, read_json, table, text};
use platform::clock::Clock;
use serde_json::Value;

/// `usagectl` with a log-in of its own.
struct Home {
    config: PathBuf,
}

impl Home {
    /// Runs it and returns standard output, when it ends with this code.
    #[track_caller]
    fn run(&self, code: i32, arguments: &[&str]) -> String {
        self.run_with(&[], code, arguments)
    }

    /// The same with these variables in the environment.
    #[track_caller]
    fn run_with(&self, variables: &[(&str, &str)], code: i32, arguments: &[&str]) -> String {
        let mut command = Command::new(program("usagectl"));
        command.env_clear().env("USAGECTL_CONFIG", &self.config).env("USAGE_PASSWORD", PASSWORD);
        command.envs(variables.iter().copied());
        let output = command.args(arguments).stdin(Stdio::null()).output().unwrap();
        let (stdout, stderr) =
            (String::from_utf8(output.stdout).unwrap(), String::from_utf8(output.stderr).unwrap());
        assert_eq!(output.status.code(), Some(code), "{arguments:?}: {stdout}{stderr}");
        stdout
    }

    #[track_caller]
    fn json(&self, arguments: &[&str]) -> Value {
        serde_json::from_str(&self.run(0, &[arguments, &["--json"]].concat())).unwrap()
    }
}

#[test]
fn a_partners_day() {
    let folder = data("samples/bitbrains");
    let about = read_json(&folder.join("case.json"));
    let upload = &about["uploads"][0];
    let (month, file) = (text(&upload["month"]), folder.join(text(&upload["file"])));
    let (month, file) = (month.as_str(), file.to_str().unwrap());
    let expected = read_json(&folder.join(format!("expected-{month}.json")));
    let service = Service::start(&text(&upload["clock"]));
    let acme = Home { config: service.folder().join("acme.json") };
    let meter = text(&about["meter"]);
    let register = ["meter", "register", "--id", &meter, "--name", "bitbrains", "--contract", "ACME-0001"];

    acme.run(1, &["report", "--month", month]);
    acme.run(0, &["login", "--server", service.server(), "--email", "admin@acme.test"]);
    assert!(acme.run(0, &register).contains("umt_"));
    assert!(acme.run(0, &register).contains("already registered"));

    assert!(acme.run(0, &["upload", file]).contains("processed; collections: "));
    assert!(acme.run(0, &["upload", file]).contains("duplicate of "));

    assert!(acme.run(0, &["report", "--month", month]).contains("VMware vCloud SP Core Bundle"));
    let report = acme.json(&["report", "--month", month]);
    assert_eq!(e2e::lines(&report), expected["lines"]);
    let csv = table(&acme.run(0, &["vm-history", "--month", month, "--csv"]));
    let reported = expected["rows"].as_array().unwrap().iter().filter(|row| row["reported"] == true);
    assert_eq!(csv.len(), reported.count());
    let order = &acme.json(&["order", "--month", month])["items"][0];
    assert_eq!(order["status"], "not-open");
    assert_eq!(order["lines"][0]["metered_quantity"], expected["lines"]["flex-core"]["units"]);
    assert!(acme.run(0, &["order", "--month", month]).contains("a preview"));
}

#[test]
fn a_program_has_a_key_and_no_log_in() {
    let service = Service::start("2026-10-01T06:00:00Z");
    let home = |name: &str| Home { config: service.folder().join(name) };
    let (acme, program) = (home("acme.json"), home("program.json"));
    acme.run(0, &["login", "--server", service.server(), "--email", "admin@acme.test"]);
    let expires_at = (Clock::machine().machine_now() + TimeDelta::days(30)).to_rfc3339();
    let create = ["keys", "create", "--name", "nightly", "--right", "read", "--expires-at", &expires_at];
    let made = acme.json(&create);
    let (id, key) = (text(&made["id"]), text(&made["key"]));

    let by_key = |code, command: &[&str]| {
        let variables = [("USAGE_API_KEY", key.as_str()), ("USAGE_SERVER", service.server())];
        program.run_with(&variables, code, command)
    };
    assert!(by_key(0, &["meter", "list"]).contains("no meters"));
    // Of rights that it was not given.
    by_key(1, &["uploads"]);
    by_key(1, &["keys", "list"]);

    acme.run(0, &["keys", "revoke", &id]);
    by_key(1, &["meter", "list"]);
    let listed = acme.json(&["keys", "list"])["items"][0].take();
    assert!(listed["revoked_at"].is_string() && listed["last_used_at"].is_string(), "{listed}");
}

#[test]
fn refusals_and_wrong_usage_have_codes_of_their_own() {
    let service = Service::start("2026-10-01T06:00:00Z");
    let (acme, bad) =
        (Home { config: service.folder().join("acme.json") }, service.folder().join("bad.data"));
    fs::write(&bad, "no archive").unwrap();
    let bad = bad.to_str().unwrap();
    acme.run(0, &["login", "--server", service.server(), "--email", "admin@acme.test"]);
    let refused = acme.run(3, &["upload", bad]);
    assert!(refused.contains("refused") && refused.contains("not-usage-data"), "{refused}");
    acme.run(2, &["upload"]);
    acme.run(2, &["report", "--month", "2026-13"]);
    acme.run(1, &["report", "--month", "2026-09"]);
    acme.run(1, &["clock", "set", "2026-10-02T06:00:00Z"]);
    acme.run(0, &["login", "--server", service.server(), "--email", "operator@vendor.test"]);
    acme.run(0, &["clock", "set", "2026-10-02T06:00:00Z"]);
}
