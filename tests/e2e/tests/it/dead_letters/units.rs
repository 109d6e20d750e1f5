//! A stored file is cut short behind the service's back, and evidence before its own makes the units anew.

use e2e::{Client, Service, text, until};
use serde_json::{Value, json};
use test_support::tenants::ACME;
use test_support::usage_file::DataFile;
use test_support::usage_file::records::{host, vm};
use uuid::Uuid;

use super::{CLOCK, desk, listed, stored};

const METERS: [Uuid; 2] = [Uuid::from_u128(0x8101), Uuid::from_u128(0x8102)];
const HEALTHY: Uuid = Uuid::from_u128(0x8103);

/// An hour of one VM on a vCenter of the meter.
fn file(meter: Uuid, vcenter: u128, hour: u8) -> Vec<u8> {
    let at = format!("2026-09-10T{hour:02}:00:00Z");
    let to = format!("2026-09-10T{:02}:00:00Z", hour + 1);
    let vcenter = Uuid::from_u128((meter.as_u128() << 8) + vcenter);
    let lines = [host(&at, "host-1"), vm(&at, Uuid::from_u128(vcenter.as_u128() << 8))];
    let none: [String; 0] = [];
    DataFile::new(meter).vcenter(vcenter).inventory(&at, &lines).events(&at, &to, &none).build()
}

fn upload_of<'v>(stuck: &'v [String], letter: &Value) -> &'v String {
    let key = text(&letter["key"]);
    let index = METERS.iter().position(|meter| key.contains(&format!("{:x}", meter.as_u128()))).unwrap();
    &stuck[index]
}

fn errors(acme: &Client, upload: &str) -> Value {
    acme.get_upload(upload)["errors"].clone()
}

#[test]
fn a_unit_that_cannot_be_metered_blocks_nobody_and_is_replayed_once_it_is_healed() {
    let service = Service::start(CLOCK);
    let (acme, desk) = (service.log_in("admin@acme.test"), desk(&service));
    for meter in METERS.into_iter().chain([HEALTHY]) {
        acme.register_meter(meter, "ACME-0001", "production");
    }
    let damaged: Vec<_> = METERS
        .map(|meter| {
            let path = stored(&service, &acme.process(&file(meter, 1, 10)));
            let whole = std::fs::read(&path).unwrap();
            std::fs::write(&path, &whole[..whole.len() / 2]).unwrap();
            (path, whole)
        })
        .into();
    let stuck = METERS.map(|meter| acme.accept(&file(meter, 1, 2)));
    // Others of the same meters and of another go on meanwhile.
    for healthy in [file(METERS[0], 2, 2), file(METERS[1], 2, 2), file(HEALTHY, 1, 2)] {
        acme.process(&healthy);
    }
    let letters = until("two dead letters", || Some(listed(&service, &[])).filter(|found| found.len() == 2));
    for letter in &letters {
        assert_eq!((&letter["queue"], &letter["attempts"]), (&json!("meter"), &json!(5)), "{letter}");
        assert_eq!(letter["organization_id"], ACME.to_string());
        assert!(!text(&letter["reason"]).is_empty());
        let errors = errors(&acme, upload_of(&stuck, letter));
        assert_eq!(errors[0]["code"], "processing-failed");
    }
    let health = desk.get("/readyz").expect(200).json()["details"]["dead_letters"].clone();
    assert_eq!((&health["open"], &health["queues"]), (&json!(2), &json!({"meter": 2})));
    let said = |line: &Value| line["level"] == "ERROR" && line["key"] == letters[0]["key"];
    assert!(service.log().iter().any(said), "no error in the log");
    assert_eq!(acme.get("/v1/dead-letters").status, 403);

    for (path, whole) in &damaged {
        std::fs::write(path, whole).unwrap();
    }
    let ids: Vec<String> = letters.iter().map(|letter| text(&letter["id"])).collect();
    let shown = service.dead_letters(&["show", &ids[0]]);
    assert!(String::from_utf8(shown.stdout).unwrap().contains(letters[0]["reason"].as_str().unwrap()));
    assert!(service.dead_letters(&["replay", &ids[0]]).status.success());
    let replayed = desk.post(&format!("/v1/dead-letters/{}/replay", ids[1]), &json!({})).expect(202).json();
    assert_eq!(replayed["state"], "replayed");
    for upload in &stuck {
        assert_eq!(acme.wait_ended(upload)["status"], "processed");
        assert_eq!(errors(&acme, upload), json!([]));
    }
    assert_eq!(listed(&service, &[]), [Value::Null; 0]);
    let ended: Vec<_> =
        listed(&service, &["--state", "replayed"]).iter().map(|l| l["ended_by"].clone()).collect();
    assert!(ended.contains(&json!("system:dead-letters")) && ended.len() == 2, "{ended:?}");
    assert_eq!(service.dead_letters(&["replay", &ids[0]]).status.code(), Some(1));
}
