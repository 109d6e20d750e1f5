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

const PLACE: &str = "/v1/uploads/resumable/01920000-0000-7000-8000-000000000009";

/// An answer of tus.
fn tus(status: u16, headers: &[(&'static str, &str)]) -> Answer {
    Answer(status, headers.iter().map(|(name, value)| (*name, (*value).to_owned())).collect(), Vec::new())
}

/// A service that takes files in parts, and has this many bytes of one whenever it is asked.
fn in_parts(request: &Request, offset: &str) -> Answer {
    match () {
        () if request.is("POST /v1/uploads/resumable") => tus(201, &[("location", PLACE)]),
        () if request.is("HEAD ") => tus(200, &[("upload-offset", offset)]),
        () if request.is("PATCH ") => {
            tus(204, &[("usage-upload-id", ID), ("usage-upload-outcome", "accepted")])
        }
        () => answer(200, &upload("processed")),
    }
}

#[test]
fn a_file_in_parts_goes_on_where_the_service_is() {
    let server = Server::start(|request, before| match before {
        // The first bytes end without a word.
        2 => Answer(0, Vec::new(), Vec::new()),
        _ => in_parts(request, "100000"),
    });
    let ended = send(&Home::logged_in(&server.url), &["--resumable"]).code(0);
    assert!(ended.stdout.starts_with("a.data: processed"), "{}", ended.stdout);
    let seen = server.seen();
    assert_eq!((seen[1].header("upload-length"), seen[1].header("tus-resumable")), ("300000", "1.0.0"));
    let parts: Vec<_> = seen.iter().filter(|request| request.is("PATCH ")).collect();
    assert_eq!((parts[0].body.len(), parts[0].header("upload-offset")), (300_000, "0"));
    assert_eq!((parts[1].body.len(), parts[1].header("upload-offset")), (200_000, "100000"));
    assert!(parts.iter().all(|part| part.is(&format!("PATCH {PLACE}"))));
    assert!(parts.iter().all(|part| part.header("content-type") == "application/offset+octet-stream"));
}

#[test]
fn the_next_run_goes_on_with_the_same_upload() {
    let server = Server::start(|request, before| match before {
        2 => problem(403, "not now", &json!([])),
        _ => in_parts(request, "299999"),
    });
    let home = Home::logged_in(&server.url);
    std::fs::write(home.path("a.data"), vec![7; 300_000]).unwrap();
    home.run(&["upload", "--resumable", "a.data"]).code(1);
    home.run(&["upload", "--resumable", "a.data"]).code(0);
    let lines = server.lines();
    assert_eq!(lines.iter().filter(|line| line.starts_with("POST /v1/uploads")).count(), 1);
    let seen = server.seen();
    assert_eq!(seen.iter().rfind(|request| request.is("PATCH ")).unwrap().body.len(), 1);
    // It has arrived: the run after that begins anew.
    home.run(&["upload", "--resumable", "a.data"]).code(0);
    let begun = server.lines().iter().filter(|line| line.starts_with("POST /v1/uploads")).count();
    assert_eq!(begun, 2);
}

#[test]
fn a_connection_that_breaks_twice_makes_it_go_in_parts() {
    let server = Server::start(|request, before| match before {
        1 | 2 => Answer(0, Vec::new(), Vec::new()),
        _ => in_parts(request, "0"),
    });
    send(&Home::logged_in(&server.url), &[]).code(0);
    let lines = server.lines();
    assert_eq!(lines[1..3], ["POST /v1/uploads", "POST /v1/uploads"]);
    assert!(
        lines.contains(&"POST /v1/uploads/resumable".to_owned()) && lines.contains(&format!("PATCH {PLACE}"))
    );
}

#[test]
fn a_service_that_takes_no_parts_gets_the_whole() {
    let server = Server::start(|request, before| match () {
        () if request.is("POST /v1/uploads/resumable") => problem(404, "no such resource", &json!([])),
        () => willing(request, before),
    });
    send(&Home::logged_in(&server.url), &["--resumable"]).code(0);
    assert!(server.lines().contains(&"POST /v1/uploads".to_owned()));
}

#[test]
fn a_file_refused_with_its_last_part_shows_why() {
    let server = Server::start(|request, before| match () {
        () if request.is("PATCH ") && before == 2 => Answer(0, Vec::new(), Vec::new()),
        // The answer got lost; whoever asks again is told that it was refused, and by the last bytes why.
        () if request.is("HEAD ") => tus(422, &[]),
        () if request.is("PATCH ") => problem(422, "refused", &errors()),
        () => in_parts(request, "0"),
    });
    let ended = send(&Home::logged_in(&server.url), &["--resumable"]).code(3);
    assert!(ended.stdout.contains("record-invalid"), "{}", ended.stdout);
    assert_eq!(server.seen().iter().rfind(|request| request.is("PATCH ")).unwrap().body.len(), 0);
}
