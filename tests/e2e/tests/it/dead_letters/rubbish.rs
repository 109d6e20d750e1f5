//! What nobody can read, and what is put aside by mistake.

use e2e::{Service, text, until};
use lapin::options::BasicPublishOptions;
use lapin::{BasicProperties, Connection, ConnectionProperties};
use serde_json::{Value, json};
use test_support::tenants::{ACME, VENDOR};
use test_support::usage_file::DataFile;
use test_support::usage_file::records::{host, vm};
use tokio::runtime::Runtime;
use uuid::Uuid;

use super::{CLOCK, desk, listed};

const METER: Uuid = Uuid::from_u128(0x8201);
const VCENTER: Uuid = Uuid::from_u128(0x8202);

fn publish(service: &Service, queue: &str, body: &[u8]) {
    Runtime::new().unwrap().block_on(async {
        let connection =
            Connection::connect(service.broker_url(), ConnectionProperties::default()).await.unwrap();
        let channel = connection.create_channel().await.unwrap();
        channel.confirm_select(lapin::options::ConfirmSelectOptions::default()).await.unwrap();
        let (exchange, options) = (service.namespace().into(), BasicPublishOptions::default());
        let properties = BasicProperties::default().with_delivery_mode(2);
        let sent = channel.basic_publish(exchange, queue.into(), options, body, properties);
        sent.await.unwrap().await.unwrap();
    });
}

#[test]
fn rubbish_is_a_dead_letter_of_the_operator_who_drops_it() {
    let service = Service::start(CLOCK);
    let long = vec![b'x'; 10_000];
    publish(&service, "register", b"\x00{rubbish}");
    publish(&service, "compose", &long);
    let letters = until("two dead letters", || Some(listed(&service, &[])).filter(|found| found.len() == 2));
    let of = |queue: &str| letters.iter().find(|letter| letter["queue"] == queue).unwrap();
    for letter in &letters {
        assert_eq!(letter["organization_id"], VENDOR.to_string());
        assert!(text(&letter["reason"]).starts_with("it cannot be read: "), "{letter}");
    }
    assert_eq!(of("register")["raw"], "\u{0}{rubbish}");
    assert_eq!(text(&of("compose")["raw"]).len(), 4096, "no more than is good to look at");
    let id = text(&of("register")["id"]);
    assert_eq!(service.dead_letters(&["replay", &id]).status.code(), Some(1));
    let path = format!("/v1/dead-letters/{id}?reason=rubbish");
    desk(&service).send("DELETE", &path, None).expect(403);
    service.operator().send("DELETE", &path, None).expect(204);
    let other = text(&of("compose")["id"]);
    assert!(service.dead_letters(&["drop", &other, "--reason", "rubbish"]).status.success());
    assert_eq!(listed(&service, &[]), [Value::Null; 0]);
    assert_eq!(listed(&service, &["--state", "dropped"]).len(), 2);
}

/// The broker puts aside what came back too often, whoever's doing that was.
#[test]
fn what_was_put_aside_and_can_be_read_is_worked_on() {
    let service = Service::start(CLOCK);
    let acme = service.log_in("admin@acme.test");
    acme.register_meter(METER, "ACME-0001", "production");
    let at = "2026-09-10T00:00:00Z";
    let lines = [host(at, "host-1"), vm(at, Uuid::from_u128(0x8203))];
    acme.process(&DataFile::new(METER).vcenter(VCENTER).inventory(at, &lines).build());
    // As if the message of another mark had come back too often.
    service.database().write("UPDATE units SET wanted = wanted + 1");
    let work = json!({"work": "meter", "organization_id": ACME, "billing_mode": "production",
        "vcenter_id": VCENTER, "month": "2026-09-01"});
    publish(&service, "dead", work.to_string().as_bytes());
    until("the unit to be metered", || e2e::State::leftovers(service.database()).is_empty().then_some(()));
    assert_eq!(listed(&service, &["--state", "all"]), [Value::Null; 0]);
}
