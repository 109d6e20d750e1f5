//! Told to end: nothing new is taken, what is in progress ends or is handed back, all within 30 seconds.

use diesel::connection::SimpleConnection;
use e2e::{Role, until, until_within};
use platform::broker::Broker;
use platform::config::BrokerSettings;
use std::collections::BTreeSet;
use std::io::{ErrorKind, Read, Write};
use std::net::TcpStream;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;
use test_support::database::until_somebody_waits;

use super::{ACME_METER, Partners, file};

/// What the service promises.
const IN_TIME: Duration = Duration::from_secs(30);

/// Told to end, it does so in time and with success.
#[track_caller]
fn ends(role: &mut Role) {
    let status = until_within(IN_TIME, "a process that was told to end", || role.ended());
    assert_eq!(status.code(), Some(0), "{status}");
}

#[test]
fn every_role_ends_under_load_and_loses_nothing() {
    let partners = Partners::new();
    let start = || ["ingest", "aggregator", "api"].map(|role| partners.service.start_role_with(role, &[]));
    let mut roles = start();
    let acme = partners.acme.at(roles[0].server());
    let next = AtomicU32::new(0);
    // Each goes on until the service answers no more, which it is told to meanwhile.
    let send = || {
        let mut accepted = Vec::new();
        while let Some(answer) = acme.try_upload(&file(ACME_METER, next.fetch_add(1, Ordering::SeqCst))) {
            assert_eq!(answer.status, 202, "{}", answer.text());
            accepted.push(e2e::text(&answer.json()["id"]));
        }
        accepted
    };
    let accepted: Vec<String> = std::thread::scope(|scope| {
        let senders = [scope.spawn(send), scope.spawn(send)];
        until("some load", || (next.load(Ordering::SeqCst) > 12).then_some(()));
        roles.iter().for_each(Role::terminate);
        roles.iter_mut().for_each(ends);
        senders.into_iter().flat_map(|sender| sender.join().unwrap()).collect()
    });
    assert!(accepted.len() >= 10, "{} files were accepted", accepted.len());

    let roles = start();
    let acme = partners.acme.at(roles[2].server());
    for id in &accepted {
        assert_eq!(acme.wait_ended(id)["status"], "processed");
    }
    // One that was recorded and whose answer did not get out is no loss, and no double.
    let uploads = acme.list("/v1/uploads?");
    let digests: BTreeSet<_> = uploads.iter().map(|upload| e2e::text(&upload["sha256"])).collect();
    assert_eq!(digests.len(), uploads.len());
    assert!((accepted.len()..=accepted.len() + 2).contains(&uploads.len()));
}

#[test]
fn an_upload_in_flight_is_answered_and_nobody_new_is_let_in() {
    let partners = Partners::new();
    let mut ingest = partners.service.start_role("ingest");
    let bytes = file(ACME_METER, 0);
    let mut flying = Raw::to(&ingest);
    let (first, second) = bytes.split_at(bytes.len() / 2);
    flying.send(&head(partners.acme.token(), bytes.len()));
    flying.send(first);
    let mut idle = Raw::to(&ingest);
    idle.send(b"GET /healthz HTTP/1.1\r\nhost: a\r\n\r\n");
    assert!(idle.read_until("alive").starts_with("HTTP/1.1 200"));
    ingest.terminate();

    until("a closed door", || {
        let refused = TcpStream::connect(address(&ingest)).err()?;
        (refused.kind() == ErrorKind::ConnectionRefused).then_some(())
    });
    assert_eq!(idle.read_to_end(), "", "nobody waits for a connection that asks nothing");
    flying.send(second);
    let answer = flying.read_to_end();
    assert!(answer.starts_with("HTTP/1.1 202"), "{answer}");
    ends(&mut ingest);
}

#[test]
fn an_upload_that_does_not_end_is_cut_off() {
    let partners = Partners::new();
    let mut ingest = partners.service.start_role_with("ingest", &[("USAGE_STOP_GRACE", "1s")]);
    let mut stalled = Raw::to(&ingest);
    stalled.send(&head(partners.acme.token(), 1000));
    stalled.send(b"PK");
    ingest.terminate();
    ends(&mut ingest);
    assert_eq!(stalled.read_to_end(), "");
}

#[test]
fn work_that_does_not_end_is_handed_back() {
    let partners = Partners::new();
    let (ingest, api) = (partners.service.start_role("ingest"), partners.service.start_role("api"));
    let patient = [
        ("USAGE_STOP_GRACE", "1s"),
        ("USAGE_DATABASE_LOCK_TIMEOUT", "10m"),
        ("USAGE_DATABASE_STATEMENT_TIMEOUT", "10m"),
    ];
    let mut aggregator = partners.service.start_role_with("aggregator", &patient);
    let database = partners.service.database();
    let (mut holder, mut watcher) = (database.owner(), database.owner());
    holder.batch_execute("BEGIN; LOCK TABLE units IN EXCLUSIVE MODE").unwrap();
    let id = partners.acme.at(ingest.server()).accept(&file(ACME_METER, 0));
    until_somebody_waits(&mut watcher);
    aggregator.terminate();
    ends(&mut aggregator);
    assert!(aggregator.log().iter().any(|entry| {
        entry["message"] == "work did not end in time and is handed back" && entry["queue"] == "register"
    }));
    assert_eq!(waiting(&partners, "register"), 1);

    holder.batch_execute("ROLLBACK").unwrap();
    let _aggregator = partners.service.start_role("aggregator");
    let acme = partners.acme.at(api.server());
    assert_eq!(acme.wait_ended(&id)["status"], "processed");
    assert_eq!(acme.report("2026-09")["revision"], 1);
}

/// Messages ready in a queue.
fn waiting(partners: &Partners, queue: &str) -> u32 {
    let settings = BrokerSettings::new(partners.service.broker_url(), partners.service.namespace());
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async { Broker::new(settings, "e2e").depths().await.unwrap()[queue] })
}

fn address(role: &Role) -> &str {
    role.server().strip_prefix("http://").unwrap()
}

fn head(token: &str, length: usize) -> Vec<u8> {
    format!(
        "POST /v1/uploads HTTP/1.1\r\nhost: a\r\nauthorization: Bearer {token}\r\n\
         content-type: application/octet-stream\r\ncontent-length: {length}\r\n\r\n"
    )
    .into_bytes()
}

/// A connection, byte by byte.
struct Raw(TcpStream);

impl Raw {
    fn to(role: &Role) -> Self {
        let stream = TcpStream::connect(address(role)).unwrap();
        stream.set_read_timeout(Some(IN_TIME)).unwrap();
        Self(stream)
    }

    fn send(&mut self, bytes: &[u8]) {
        self.0.write_all(bytes).unwrap();
    }

    fn read_until(&mut self, end: &str) -> String {
        let mut text = String::new();
        while !text.contains(end) {
            let mut piece = [0; 1024];
            let count = self.0.read(&mut piece).unwrap();
            assert_ne!(count, 0, "it ended with {text}");
            text.push_str(&String::from_utf8_lossy(&piece[..count]));
        }
        text
    }

    /// Until it is closed, in whatever way.
    fn read_to_end(&mut self) -> String {
        let mut bytes = Vec::new();
        match self.0.read_to_end(&mut bytes) {
            Ok(_) => {}
            Err(error) => assert_eq!(error.kind(), ErrorKind::ConnectionReset),
        }
        String::from_utf8_lossy(&bytes).into_owned()
    }
}
