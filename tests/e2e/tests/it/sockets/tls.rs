//! The same behind TLS, and what HTTP/2 adds to it.

use e2e::Service;

use super::frames::{Frames, HEADERS};
use super::{CLOCK, Healthy, Peer};

#[test]
fn who_shakes_no_hands_is_cut_off() {
    let settings = [("USAGE_HTTP_HANDSHAKE_TIMEOUT", "1s"), ("USAGE_HTTP_HEAD_TIMEOUT", "1s")];
    let service = Service::start_encrypted_with(CLOCK, &settings);
    let healthy = Healthy::at(&service);
    let silent: Vec<Peer> = (0..20).map(|_| Peer::from("127.0.0.2", service.server())).collect();
    healthy.is_answered();
    for peer in silent {
        assert_eq!(peer.until_closed(), "");
    }
    // A record of a hundred bytes, the hello of which never ends.
    let hello = Peer::from("127.0.0.2", service.server()).send("\x16\x03\x01\0\x64\x01");
    hello.trickle_until_closed(&[0]);
    // Hands shaken, and then not even HTTP/2's own greeting, or not a head.
    Frames::connect(service.server(), b"h2").until_closed();
    Frames::connect(service.server(), b"http/1.1").until_closed();
    healthy.is_answered();
}

#[test]
fn a_connection_of_http_2_that_asks_for_nothing_ends_whatever_else_it_says() {
    let service = Service::start_encrypted_with(CLOCK, &[("USAGE_HTTP_KEEP_ALIVE", "2s")]);
    let healthy = Healthy::at(&service);
    let mut frames = Frames::connect(service.server(), b"h2").greet(65_535);
    frames.ask(1, "/healthz", true);
    assert!(frames.expect(HEADERS, 1).until_closed() > 0, "pings were answered all the while");
    healthy.is_answered();
}

#[test]
fn an_answer_over_http_2_that_nobody_reads_ends_its_connection() {
    let settings = [("USAGE_HTTP_KEEP_ALIVE", "60s"), ("USAGE_HTTP_WRITE_STALL", "2s")];
    let service = Service::start_encrypted_with(CLOCK, &settings);
    let healthy = Healthy::at(&service);
    // With a window of nothing no byte may be sent, while the socket takes all that is written to it.
    let mut frames = Frames::connect(service.server(), b"h2").greet(0);
    frames.ask(1, "/openapi.json", true);
    frames.expect(HEADERS, 1).until_closed();
    healthy.is_answered();
}

#[test]
fn a_body_over_http_2_has_to_come_in_time() {
    let service = Service::start_encrypted_with(CLOCK, &[("USAGE_HTTP_BODY_IDLE", "500ms")]);
    let mut frames = Frames::connect(service.server(), b"h2").greet(65_535);
    frames.ask(1, "/v1/auth/token", false);
    frames.ask(3, "/healthz", true);
    // Both are answered, and neither waits for the other.
    frames.expect(HEADERS, 3).expect(HEADERS, 1);
}

#[test]
fn http_2_may_be_left_out() {
    let service = Service::start_encrypted_with(CLOCK, &[("USAGE_HTTP2", "false")]);
    assert_eq!(Frames::connect(service.server(), b"http/1.1").protocol(), Some(&b"http/1.1"[..]));
    Healthy::at(&service).is_answered();
}
