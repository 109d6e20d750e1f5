//! Without a broker, or with one that takes nothing, uploads are accepted and wait in the outbox.

use e2e::{Role, data, until};
use std::process::Command;

use super::{ACME_METER, GLOBEX_METER, Partners, file};

#[test]
fn an_absent_broker_refuses_no_upload() {
    let partners = Partners::new();
    let absent = [("USAGE_AMQP_URL", "amqp://nobody@127.0.0.1:9/%2f"), ("USAGE_OUTBOX_AGE_MAX", "1ms")];
    let ingest = partners.service.start_role_with("ingest", &absent);
    let (acme, globex) = (partners.acme.at(ingest.server()), partners.globex.at(ingest.server()));
    let mut ids: Vec<_> = (0..3).map(|hour| acme.accept(&file(ACME_METER, hour))).collect();
    ids.push(globex.accept(&file(GLOBEX_METER, 0)));

    // Ready all the while, and loud about what waits.
    let outbox = until("an overdue outbox", || overdue(&ingest));
    assert_eq!((&outbox["depth"], &outbox["age_max_ms"]), (&4.into(), &1.into()));
    until("the metric", || (ingest.metric("outbox_overdue")? == "1").then_some(()));
    let said = |entry: &serde_json::Value| entry["message"] == "messages wait in the outbox for too long";
    until("the log", || ingest.log().iter().find(|entry| said(entry)).cloned());
    assert_eq!(ingest.log().iter().filter(|entry| said(entry)).count(), 1, "not at each look");
    drop(ingest);

    // The next process finds the broker, and nobody has to send anything again.
    let ingest = partners.service.start_role("ingest");
    let [api, _aggregator] = partners.start_the_rest();
    for (number, id) in ids.iter().enumerate() {
        let partner = if number < 3 { &partners.acme } else { &partners.globex };
        assert_eq!(partner.at(api.server()).wait_ended(id)["status"], "processed");
    }
    until("an empty outbox", || (ingest.details()["outbox"]["depth"] == 0).then_some(()));
    let outbox = &ingest.details()["outbox"];
    assert_eq!((&outbox["overdue"], &outbox["oldest_age_ms"]), (&false.into(), &().into()));
}

#[test]
fn a_full_broker_refuses_no_upload() {
    let partners = Partners::new();
    let queue = format!("^{}\\.register$", partners.service.namespace());
    let policy = Policy::of(&queue, r#"{"max-length":1}"#);
    let ingest = partners.service.start_role("ingest");
    let (acme, globex) = (partners.acme.at(ingest.server()), partners.globex.at(ingest.server()));
    let mut ids: Vec<_> = (0..8).map(|hour| acme.accept(&file(ACME_METER, hour))).collect();
    let said = |entry: &serde_json::Value| entry["error"] == "the broker refused the message";
    ids.push(globex.accept(&file(GLOBEX_METER, 0)));
    until("a refusal of the broker", || ingest.log().iter().any(said).then_some(()));
    // Later ones are accepted all the same.
    ids.push(acme.accept(&file(ACME_METER, 100)));
    assert!(ingest.details()["outbox"]["depth"].as_i64() > Some(0));
    drop(policy);

    let [api, _aggregator] = partners.start_the_rest();
    for (number, id) in ids.iter().enumerate() {
        let partner = if number == 8 { &partners.globex } else { &partners.acme };
        assert_eq!(partner.at(api.server()).wait_ended(id)["status"], "processed");
    }
}

/// What the outbox is like while its oldest is overdue.
fn overdue(role: &Role) -> Option<serde_json::Value> {
    let outbox = role.details()["outbox"].take();
    (outbox["overdue"] == true).then_some(outbox)
}

/// A policy of the broker's, until this is dropped.
struct Policy(String);

impl Policy {
    fn of(queues: &str, definition: &str) -> Self {
        let name = format!("test-{}", uuid::Uuid::new_v4().simple());
        broker(&["set_policy", "--apply-to", "queues", &name, queues, definition]);
        Self(name)
    }
}

impl Drop for Policy {
    fn drop(&mut self) {
        broker(&["clear_policy", &self.0]);
    }
}

/// As an operator would.
fn broker(arguments: &[&str]) {
    let stack = data("../../scripts/stack");
    let told = Command::new(stack).args(["broker", "test"]).args(arguments).output().expect("scripts/stack");
    assert!(told.status.success(), "{}", String::from_utf8_lossy(&told.stderr));
}
