//! A message that ends each process that works on it.

use e2e::{Service, text, until_within};
use serde_json::{Value, json};
use std::time::Duration;
use test_support::usage_file::DataFile;
use test_support::usage_file::records::{Record, host, vm};
use uuid::Uuid;

use super::{CLOCK, listed};

const POISON: Uuid = Uuid::from_u128(0x8301);
const INNOCENTS: u128 = 6;
/// The first death is not counted; the rest is the limit.
const DEATHS: u32 = 11;
/// Each death has another process start.
const PATIENCE: Duration = Duration::from_mins(3);

fn file(meter: Uuid, spoil: impl Fn(Record) -> Record) -> Vec<u8> {
    let at = "2026-09-10T00:00:00Z";
    let vcenter = Uuid::from_u128(meter.as_u128() << 8);
    let vm = spoil(vm(at, Uuid::from_u128(vcenter.as_u128() << 8)));
    DataFile::new(meter).vcenter(vcenter).inventory(at, &[host(at, "host-1"), vm]).build()
}

/// The process dies where an upload is refused after its answer, which happens to one upload alone.
#[test]
fn a_message_that_ends_processes_is_given_up_and_those_beside_it_are_not() {
    let mut service = Service::start(CLOCK);
    let (ingest, api) = (service.start_role("ingest"), service.start_role("api"));
    let acme = service.log_in("admin@acme.test").at(ingest.server());
    let innocents: Vec<Uuid> = (1..=INNOCENTS).map(|number| Uuid::from_u128(0x8310 + number)).collect();
    for meter in innocents.iter().chain([&POISON]) {
        acme.at(api.server()).register_meter(*meter, "ACME-0001", "production");
    }
    // All are there before anybody works on one.
    service.kill();
    let poison = acme.accept(&file(POISON, |vm| vm.with("power", "up")));
    let innocents: Vec<String> = innocents.iter().map(|meter| acme.accept(&file(*meter, |vm| vm))).collect();

    let crash = [("USAGE_CRASH", "refuse-upload:before")];
    service.restart(&crash);
    let mut deaths = 0;
    let letter: Value = until_within(PATIENCE, "the dead letter", || {
        if service.ended().is_some() {
            deaths += 1;
            assert!(deaths <= DEATHS, "it goes on dying");
            service.restart(&crash);
        }
        listed(&service, &["--state", "all"]).pop()
    });
    assert_eq!(deaths, DEATHS);
    assert_eq!((&letter["queue"], &letter["key"]), (&json!("register"), &json!(poison)));
    let reason = text(&letter["reason"]);
    assert!(reason.starts_with("the process ended 11 times while working on it"), "{reason}");
    let acme = acme.at(api.server());
    for innocent in &innocents {
        assert_eq!(acme.wait_ended(innocent)["status"], "processed");
    }
    assert_eq!(acme.get_upload(&poison)["errors"][0]["code"], "processing-failed");
    assert_eq!(listed(&service, &["--state", "all"]).len(), 1);
    assert_eq!(service.ended(), None, "and the process goes on");
}
