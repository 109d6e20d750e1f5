//! `usagectl upload`: what is sent, and what is made of the answers.

use std::fs::File;

use serde_json::{Value, json};

use crate::run::{Ended, Home};
use crate::server::{Answer, Request, Server, answer, problem};

const ID: &str = "01920000-0000-7000-8000-000000000001";
const FIRST: &str = "01920000-0000-7000-8000-000000000000";

fn upload(status: &str) -> Value {
    json!({"id": ID, "status": status, "duplicate_of": null, "received_at": "2026-10-01T06:00:00Z", "errors": [],
        "collections": {"accepted": 7, "duplicate": 2, "conflicting": 1, "late": 0}})
}

/// A service that takes every file and is done after two looks.
fn willing(request: &Request, before: usize) -> Answer {
    match () {
        () if request.is("POST /v1/uploads") => answer(202, &upload("received")),
        () if request.is("GET /v1/uploads/") && before < 3 => answer(200, &upload("processing")),
        () => answer(200, &upload("processed")),
    }
}

fn send(home: &Home, args: &[&str]) -> Ended {
    std::fs::write(home.path("a.data"), vec![7; 300_000]).unwrap();
    home.run(&[&["upload", "a.data"], args].concat())
}

#[test]
fn a_file_is_streamed_and_waited_for() {
    let server = Server::start(willing);
    let ended = send(&Home::logged_in(&server.url), &[]).code(0);
    let counts = "collections: 7 accepted, 2 duplicate, 1 conflicting, 0 late";
    assert_eq!(ended.stdout, format!("a.data: processed; {counts}\n"));
    let post = &server.seen()[1];
    assert_eq!((post.body.len(), post.header("content-length")), (300_000, "300000"));
    assert_eq!(post.header("content-type"), "application/octet-stream");
    assert_eq!(post.header("authorization"), "Bearer access-1");
    assert_eq!(server.lines()[2..], [format!("GET /v1/uploads/{ID}"), format!("GET /v1/uploads/{ID}")]);
}

#[test]
fn an_expired_log_in_is_renewed_before_the_file_is_sent() {
    let server = Server::start(|request, before| match request.header("authorization") {
        _ if request.is("POST /v1/auth/refresh") => {
            answer(200, &json!({"access_token": "access-2", "refresh_token": "refresh-2"}))
        }
        "Bearer access-2" => willing(request, before),
        _ => problem(401, "expired", &json!([])),
    });
    send(&Home::logged_in(&server.url), &[]).code(0);
    assert_eq!(server.lines().iter().filter(|line| line.starts_with("POST /v1/uploads")).count(), 1);
}

#[test]
fn a_meter_token_needs_no_log_in() {
    let server = Server::start(willing);
    let home = Home::new();
    std::fs::write(home.path("a.data"), "x").unwrap();
    let mut command = home.command(&["upload", "a.data", "--no-wait", "--json"]);
    let command = command.env("USAGE_METER_TOKEN", "umt_1").env("USAGE_SERVER", &server.url);
    let ended = Ended::of(&command.output().unwrap()).code(0);
    assert_eq!(server.seen()[0].header("authorization"), "Bearer umt_1");
    assert_eq!(server.lines(), ["POST /v1/uploads"]);
    assert_eq!(ended.json()["files"][0]["result"], "waiting");
    assert_eq!(ended.json()["files"][0]["upload"]["id"], ID);
}

#[test]
fn the_same_bytes_again_are_a_duplicate() {
    let server = Server::start(|request, _| {
        if request.is("POST /v1/uploads") {
            let mut duplicate = upload("processed");
            duplicate["duplicate_of"] = json!(FIRST);
            answer(200, &duplicate)
        } else {
            let mut first = upload("processed");
            first["id"] = json!(FIRST);
            answer(200, &first)
        }
    });
    let ended = send(&Home::logged_in(&server.url), &[]).code(0);
    assert_eq!(
        ended.stdout,
        format!("a.data: duplicate of {FIRST} (received 2026-10-01T06:00:00Z), processed\n")
    );
    assert!(server.lines().contains(&format!("GET /v1/uploads/{FIRST}")));
}

fn errors() -> Value {
    json!([{"code": "record-invalid", "message": "no number", "path": "2026-10-01/x.ndjson", "line": 7,
        "field": "vcpus"}])
}

#[test]
fn a_refusal_shows_code_and_place_at_once_or_later() {
    let at_once = Server::start(|request, _| {
        if request.is("POST") { problem(422, "refused", &errors()) } else { answer(200, &json!({})) }
    });
    let later = Server::start(|request, _| {
        if request.is("POST") {
            answer(202, &upload("received"))
        } else {
            let mut rejected = upload("rejected");
            rejected["errors"] = errors();
            answer(200, &rejected)
        }
    });
    for server in [at_once, later] {
        let ended = send(&Home::logged_in(&server.url), &[]).code(3);
        let row = ended.stdout.lines().last().unwrap();
        assert!(ended.stdout.starts_with("a.data: refused\n"), "{}", ended.stdout);
        for part in ["record-invalid", "2026-10-01/x.ndjson:7", "vcpus", "no number"] {
            assert!(row.contains(part), "{row}");
        }
        let view = send(&Home::logged_in(&server.url), &["--json"]).code(3).json();
        assert_eq!(view["files"][0]["errors"], errors());
    }
}

#[test]
fn a_refused_file_does_not_hold_up_the_next() {
    let server = Server::start(|request, _| match request.body.len() {
        0 => answer(200, &upload("processed")),
        300_000 => problem(422, "refused", &errors()),
        _ => answer(202, &upload("received")),
    });
    let home = Home::logged_in(&server.url);
    std::fs::write(home.path("b.data"), "b").unwrap();
    let ended = send(&home, &["b.data"]).code(3);
    assert!(
        ended.stdout.contains("a.data: refused") && ended.stdout.contains("b.data: processed"),
        "{}",
        ended.stdout
    );
    assert!(ended.stderr.contains("1 of 2"), "{}", ended.stderr);
}

#[test]
fn a_file_over_the_limit_is_not_sent() {
    let server = Server::start(willing);
    let home = Home::logged_in(&server.url);
    File::create(home.path("big.data")).unwrap().set_len((2 << 30) + 1).unwrap();
    let ended = home.run(&["upload", "big.data"]).code(3);
    assert!(ended.stdout.contains("limit-exceeded"), "{}", ended.stdout);
    assert!(server.lines().is_empty());
}

#[test]
fn waiting_ends_when_time_is_up() {
    let server = Server::start(|_, _| answer(202, &upload("processing")));
    let ended = send(&Home::logged_in(&server.url), &["--timeout", "1"]).code(1);
    assert!(ended.stdout.contains(&format!("received as {ID}")), "{}", ended.stdout);
    assert!(ended.stderr.contains("usagectl uploads"), "{}", ended.stderr);
}

#[test]
fn a_connection_that_breaks_is_tried_again_under_the_same_key() {
    // Status 0: the server closes without a word.
    let server = Server::start(|request, before| match before {
        1 => Answer(0, Vec::new(), Vec::new()),
        _ if request.is("POST") => answer(202, &upload("received")),
        _ => answer(200, &upload("processed")),
    });
    let ended = send(&Home::logged_in(&server.url), &[]).code(0);
    assert!(ended.stdout.starts_with("a.data: processed"), "{}", ended.stdout);
    let posts: Vec<_> = server.seen().into_iter().filter(|request| request.is("POST")).collect();
    assert_eq!((posts.len(), posts[1].body.len()), (2, 300_000));
    assert_eq!(posts[0].header("idempotency-key"), posts[1].header("idempotency-key"));
}
