//! Bodies that come a byte at a time, and answers that do not come.

use std::thread::{JoinHandle, spawn};

use e2e::{Service, text};
use serde_json::{Value, json};
use test_support::activity::Locked;

use super::{CLOCK, Healthy, Peer};

const SETTINGS: [(&str, &str); 4] = [
    ("USAGE_HTTP_BODY_IDLE", "500ms"),
    ("USAGE_HTTP_BODY_TIMEOUT", "1500ms"),
    ("USAGE_UPLOAD_IDLE", "1s"),
    ("USAGE_HTTP_REQUEST_TIMEOUT", "3s"),
];

fn begun(server: &str, path: &str, media_type: &str, token: &str) -> Peer {
    let head = format!(
        "POST {path} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {token}\r\ncontent-type: {media_type}\r\n\
         content-length: 100000\r\n\r\n"
    );
    Peer::from("127.0.0.2", server).send(&head)
}

/// The problem that an answer is, and its status line.
fn problem(answer: &str) -> (String, Value) {
    let (head, body) = answer.split_once("\r\n\r\n").unwrap_or_else(|| panic!("no answer: {answer}"));
    assert!(head.contains("application/problem+json"), "{head}");
    (head.lines().next().unwrap().to_owned(), serde_json::from_str(body).unwrap())
}

#[test]
fn bodies_that_trickle_end() {
    let service = Service::start_with(CLOCK, &SETTINGS);
    let healthy = Healthy::at(&service);
    let token = service.log_in("admin@acme.test").token().to_owned();
    let open = |path, media_type| begun(service.server(), path, media_type, &token);
    let (json, file) = ("application/json", "application/octet-stream");
    // The last moments of a connection are the longest: the server reads on for a while, lest its answer be lost.
    let attackers = [
        spawn({
            let peer = open("/v1/auth/token", json);
            || peer.until_closed()
        }),
        trickle(open("/v1/auth/token", json), b" "),
        trickle(open("/v1/sites", json), b" "),
        spawn({
            let peer = open("/v1/uploads", file);
            || peer.until_closed()
        }),
        trickle(open("/v1/uploads", file), b"x"),
    ];
    while !attackers.iter().all(JoinHandle::is_finished) {
        healthy.is_answered();
    }
    let answers = attackers.map(|attacker| problem(&attacker.join().unwrap()));
    for (status, problem) in &answers[..3] {
        assert!(status.contains(" 408 "), "{status}");
        assert_eq!(problem["code"], "request-timeout");
        assert!(!text(&problem["request_id"]).is_empty());
    }
    for (status, problem) in &answers[3..] {
        assert!(status.contains(" 400 ") || status.contains(" 408 "), "{status}");
        assert!(text(&problem["detail"]).contains("too slowly"), "{problem}");
    }
    healthy.is_answered();
}

fn trickle(peer: Peer, bytes: &'static [u8]) -> JoinHandle<String> {
    spawn(move || peer.trickle_until_closed(bytes))
}

#[test]
fn who_waits_for_a_lock_is_told_when_it_takes_too_long() {
    let service = Service::start_with(CLOCK, &[SETTINGS[3], ("USAGE_DATABASE_LOCK_TIMEOUT", "50s")]);
    let acme = service.log_in("admin@acme.test");
    let locked = Locked::table(service.database(), "sites");
    let answer = acme.get("/v1/sites").expect(504);
    assert_eq!(answer.json()["code"], "answer-timeout");
    assert_eq!(answer.header("retry-after"), "", "nobody is asked to send a change twice");
    acme.get("/v1/auth/me").expect(200);
    drop(locked);
    acme.get("/v1/sites").expect(200);
    acme.post("/v1/sites", &json!({"contract_number": "ACME-0001", "name": "one"})).expect(201);
}
