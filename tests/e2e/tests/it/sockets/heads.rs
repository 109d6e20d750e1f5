//! Heads that do not come, or come a byte at a time.

use std::thread::{JoinHandle, scope, spawn};

use e2e::Service;

use super::{CLOCK, Healthy, Peer};

const SETTINGS: [(&str, &str); 2] = [("USAGE_HTTP_HEAD_TIMEOUT", "1s"), ("USAGE_HTTP_KEEP_ALIVE", "2s")];

const REQUEST: &str = "GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n";
const ALIVE: &str = r#"{"status":"alive"}"#;
/// Headers without end.
const HEADERS: &[u8] = b"a: b\r\n";

fn open(server: &str) -> Peer {
    Peer::from("127.0.0.2", server)
}

fn silent(server: &str) -> String {
    open(server).until_closed()
}

fn trickling(server: &str) -> String {
    open(server).send("GET / HTTP/1.1\r\nhost: x\r\n").trickle_until_closed(HEADERS)
}

fn keeping_alive(server: &str) -> String {
    open(server).send(REQUEST).expect(ALIVE).until_closed()
}

fn trickling_the_second(server: &str) -> String {
    let asked = open(server).send(REQUEST).expect(ALIVE);
    asked.send("GET / HTTP/1.1\r\nhost: x\r\n").trickle_until_closed(HEADERS)
}

fn silent_in_the_second(server: &str) -> String {
    open(server).send(REQUEST).expect(ALIVE).send("GET / HT").until_closed()
}

/// A second head behind the first, which the server has already when it answers.
fn silent_in_a_pipelined_one(server: &str) -> String {
    open(server).send(&format!("{REQUEST}GET / HT")).expect(ALIVE).until_closed()
}

/// The server has answered; the rest of the body it would only throw away.
fn silent_in_a_refused_body(server: &str) -> String {
    let head = "POST /v1/meters HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n";
    open(server).send(head).send("1\r\nx\r\n").expect("401").until_closed()
}

fn trickling_a_refused_body(server: &str) -> String {
    let head = "POST /v1/meters HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n";
    open(server).send(head).send("1\r\nx\r\n").expect("401").trickle_until_closed(b"1\r\nx\r\n")
}

type Attack = (fn(&str) -> String, &'static str);

/// Each attacker, and how what it is told begins.
const ATTACKS: [Attack; 8] = [
    (silent, "HTTP/1.1 408"),
    (trickling, "HTTP/1.1 408"),
    (keeping_alive, "HTTP/1.1 200"),
    (trickling_the_second, "HTTP/1.1 200"),
    (silent_in_the_second, "HTTP/1.1 200"),
    (silent_in_a_pipelined_one, "HTTP/1.1 200"),
    (silent_in_a_refused_body, "HTTP/1.1 401"),
    (trickling_a_refused_body, "HTTP/1.1 401"),
];

/// Of each kind at once.
const ATTACKERS: usize = 8;

#[test]
fn who_does_not_say_what_it_wants_is_cut_off() {
    let service = Service::start_with(CLOCK, &SETTINGS);
    let healthy = Healthy::at(&service);
    let attackers: Vec<(JoinHandle<String>, &str)> = ATTACKS
        .iter()
        .flat_map(|attack| std::iter::repeat_n(attack, ATTACKERS))
        .map(|(attack, told)| {
            let (attack, server) = (*attack, service.server().to_owned());
            (spawn(move || attack(&server)), *told)
        })
        .collect();
    scope(|scope| {
        let asking = scope.spawn(|| {
            while !attackers.iter().all(|(attacker, _)| attacker.is_finished()) {
                healthy.is_answered();
            }
        });
        asking.join().unwrap();
    });
    for (number, (attacker, told)) in attackers.into_iter().enumerate() {
        let answer = attacker.join().unwrap();
        assert!(answer.starts_with(told), "attacker {number}: {answer}");
        assert_eq!(answer.matches("HTTP/1.1 ").count(), 1, "attacker {number}: {answer}");
    }
    healthy.is_answered();
}

#[test]
fn the_metrics_listener_is_no_softer() {
    let settings = [SETTINGS[0], SETTINGS[1], ("USAGE_HTTP_BODY_IDLE", "500ms")];
    let service = Service::start_with(CLOCK, &settings);
    let log = service.log();
    let serving = log.iter().find(|entry| entry["message"] == "serving").unwrap();
    let metrics = format!("http://{}", e2e::text(&serving["metrics"]));
    assert!(silent(&metrics).starts_with("HTTP/1.1 408"));
    assert!(trickling(&metrics).starts_with("HTTP/1.1 408"));
    let asked = || open(&metrics).send("GET /metrics HTTP/1.1\r\nhost: x\r\n\r\n").expect("http_connections");
    assert!(asked().send("GET /me").until_closed().starts_with("HTTP/1.1 200"));
    // One may hold a few connections and not all.
    let held: Vec<Peer> = (0..16).map(|_| asked()).collect();
    assert_eq!(open(&metrics).until_closed(), "");
    Peer::from("127.0.0.3", &metrics).send("GET /metrics HTTP/1.1\r\nhost: x\r\n\r\n").expect("HTTP/1.1 200");
    drop(held);
}
