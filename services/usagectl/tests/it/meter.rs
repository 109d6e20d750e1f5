//! `usagectl meter`.

use serde_json::json;

use crate::archive::METER;
use crate::run::Home;
use crate::server::{Server, answer, problem};

const REGISTER: [&str; 8] =
    ["meter", "register", "--id", METER, "--name", "Amsterdam", "--contract", "ACME-0001"];

#[test]
fn a_token_is_shown_this_once() {
    let server = Server::start(|_, _| answer(201, &json!({"id": METER, "token": "umt_1"})));
    let ended =
        Home::logged_in(&server.url).run(&[&REGISTER[..], &["--public-key", "a2V5"]].concat()).code(0);
    assert_eq!(ended.stdout.lines().last(), Some("umt_1"));
    let request = &server.seen()[0];
    assert_eq!(
        request.json(),
        json!({"id": METER, "name": "Amsterdam", "contract_number": "ACME-0001", "connectivity": "offline",
            "billing_mode": "production", "public_key": "a2V5"})
    );
    assert_eq!(request.header("idempotency-key").len(), 36);
}

#[test]
fn a_meter_that_is_there_already_is_no_error() {
    let server = Server::start(|request, _| {
        if request.is("POST") {
            problem(409, "exists", &json!([]))
        } else {
            answer(200, &json!({"id": METER}))
        }
    });
    let home = Home::logged_in(&server.url);
    let ended = home.run(&REGISTER).code(0);
    assert!(ended.stdout.contains("already registered"), "{}", ended.stdout);
    assert_eq!(server.lines()[1], format!("GET /v1/meters/{METER}"));
    assert_eq!(home.run(&[&REGISTER[..], &["--json"]].concat()).code(0).json()["already_registered"], true);
}

#[test]
fn any_other_conflict_is_one() {
    let server =
        Server::start(|request, _| problem(if request.is("POST") { 409 } else { 404 }, "taken", &json!([])));
    let ended = Home::logged_in(&server.url).run(&REGISTER).code(1);
    assert!(ended.stderr.contains("(409): taken"), "{}", ended.stderr);
}

#[test]
fn meters_are_listed() {
    let server = Server::start(|_, _| {
        answer(
            200,
            &json!({"items": [{"id": METER, "name": "ams\u{1b}[2J", "status": "ok", "billing_mode": "production",
            "connectivity": "offline", "contract_number": "ACME-0001", "version": "4.8.0",
            "last_upload_at": null}], "next_cursor": null}),
        )
    });
    let table = Home::logged_in(&server.url).run(&["meter", "list", "--month", "2026-09"]).code(0).stdout;
    assert!(table.contains(METER) && table.contains("ok") && !table.contains('\u{1b}'), "{table}");
    assert_eq!(server.lines(), ["GET /v1/meters?month=2026-09&limit=1000"]);
}
