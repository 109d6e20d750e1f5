//! The audit in the real process: sealed within a second, published, and verified by the program itself.

use std::process::Output;
use std::time::{Duration, Instant};

use e2e::{Client, Service, text, until};
use serde_json::Value;
use test_support::tenants::{ACME, GLOBEX};
use uuid::Uuid;

/// Waits until everything of the caller's is sealed; newest first.
fn sealed(client: &Client) -> Vec<Value> {
    until("every entry to be sealed", || {
        let entries = client.list("/v1/audit?");
        entries.iter().all(|entry| entry["sequence"].is_i64()).then_some(entries)
    })
}

fn lines(output: &Output) -> Vec<String> {
    String::from_utf8(output.stdout.clone()).unwrap().lines().map(str::to_owned).collect()
}

#[test]
fn entries_are_sealed_within_a_second() {
    let service = Service::start("2026-09-10T00:00:00Z");
    let acme = service.log_in("admin@acme.test");
    let mut took: Vec<Duration> = (0..5)
        .map(|meter| {
            acme.register_meter(Uuid::from_u128(0x1000 + meter), "ACME-0001", "production");
            let begun = Instant::now();
            sealed(&acme);
            begun.elapsed()
        })
        .collect();
    took.sort_unstable();
    // As a rule: a machine that has other things to do may be late once.
    assert!(took[2] < Duration::from_secs(1), "{took:?}");
    until("the heads to be published", || {
        let audit = acme.get("/readyz").expect(200).json()["details"]["audit"].clone();
        (audit["waiting"] == 0 && audit["heads_unpublished"] == 0).then_some(())
    });
}

#[test]
fn verification_finds_what_was_tampered_with() {
    let service = Service::start("2026-09-10T00:00:00Z");
    let acme = service.log_in("admin@acme.test");
    acme.register_meter(Uuid::from_u128(0x1000), "ACME-0001", "production");
    let entries = sealed(&acme);
    let registered = entries.iter().find(|entry| entry["action"] == "meter.register").unwrap();
    let (entry, sequence) = (text(&registered["id"]), registered["sequence"].as_i64().unwrap());

    let whole = service.verify_audit(&[]);
    assert!(whole.status.success(), "{whole:?}");
    assert!(lines(&whole)[0].starts_with("as it was left: organizations "), "{whole:?}");

    service
        .database()
        .write(&format!("UPDATE audit_entries SET actor = 'user:nobody' WHERE id = '{entry}';"));
    let found = format!(
        "organization {ACME} sequence {sequence} entry {entry}: the hash does not follow from the entry and the hash before it"
    );
    for arguments in [&[][..], &["--organization", &ACME.to_string()]] {
        let tampered = service.verify_audit(arguments);
        assert_eq!(
            (tampered.status.code(), lines(&tampered)),
            (Some(1), vec![found.clone()]),
            "{arguments:?}"
        );
    }
    assert!(service.verify_audit(&["--organization", &GLOBEX.to_string()]).status.success());

    // Beside another folder of heads, or none.
    let empty = service.folder().join("empty");
    let without =
        service.verify_audit(&["--heads", empty.to_str().unwrap(), "--organization", &ACME.to_string()]);
    assert_eq!(without.status.code(), Some(1));
    assert!(lines(&without)[0].ends_with("the last one there is 0"), "{without:?}");
}
