//! The audit: what is asked for and how it is shown.

use serde_json::{Value, json};

use crate::run::Home;
use crate::server::{Answer, Server, answer};

fn entry() -> Value {
    json!({"at": "2026-10-02T06:00:00.000000Z", "actor": "user:1", "action": "meter.register",
        "object": {"kind": "meter", "id": "7"}, "address": null, "sequence": 3})
}

#[test]
fn the_newest_entries_are_a_table_that_says_so() {
    let server = Server::start(|_, _| answer(200, &json!({"items": [entry()], "next_cursor": "more"})));
    let home = Home::logged_in(&server.url);
    let table = home.run(&["audit", "--month", "2026-10", "--action", "meter.register"]).code(0).stdout;
    assert!(table.contains("meter.register") && table.contains("meter 7"), "{table}");
    assert!(table.contains("the newest 1 entries; all of them with --json or --ndjson"), "{table}");
    assert_eq!(server.lines(), ["GET /v1/audit?month=2026-10&action=meter.register&limit=50"]);
}

#[test]
fn an_export_is_written_as_it_comes() {
    let lines = b"{\"sequence\":1}\n{\"sequence\":2}\n";
    let server = Server::start(|_, _| Answer(200, Vec::new(), lines.to_vec()));
    let home = Home::logged_in(&server.url);
    let args = ["audit", "--from", "2026-10-01T00:00:00Z", "--ndjson"];
    assert_eq!(home.run(&args).code(0).stdout.as_bytes(), lines);
    home.run(&[&args[..], &["-o", "audit.ndjson"]].concat()).code(0);
    assert_eq!(std::fs::read(home.path("audit.ndjson")).unwrap(), lines);
    let request = &server.seen()[0];
    assert_eq!(request.header("accept"), "application/x-ndjson");
    assert!(request.line.starts_with("GET /v1/audit?from=2026-10-01T00"), "{}", request.line);
}

#[test]
fn json_joins_all_pages() {
    let server = Server::start(|request, _| {
        let next = if request.line.contains("cursor=c1") { Value::Null } else { json!("c1") };
        answer(200, &json!({"items": [entry()], "next_cursor": next}))
    });
    let view = Home::logged_in(&server.url).run(&["audit", "--json"]).code(0).json();
    assert_eq!(view, json!({"items": [entry(), entry()], "next_cursor": null}));
}

#[test]
fn a_month_and_a_time_are_wrong_usage() {
    Home::new().run(&["audit", "--month", "2026-10", "--to", "2026-10-01T00:00:00Z"]).code(2);
}
