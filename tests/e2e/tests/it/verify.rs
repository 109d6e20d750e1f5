//! `verify-month` and the sample of each run, in the real processes.

use std::process::Output;

use e2e::{Client, Service, text, until};
use serde_json::{Value, json};
use test_support::tenants::{ACME, GLOBEX};
use test_support::usage_file::DataFile;
use test_support::usage_file::records::{host, vm};
use uuid::Uuid;

const METER: Uuid = Uuid::from_u128(0x1000);
const VCENTER: Uuid = Uuid::from_u128(0x2000);
const VM: Uuid = Uuid::from_u128(0x3000);

const TAMPER: &str = "UPDATE vm_history SET memory_mb = 1 WHERE until IS NULL;";
const FINDING: &str = "row of VM 00000000-0000-0000-0000-000000003000 from 2026-09-01T00:00:00Z, memory_mb: stored 1, \
                       recomputed 4096";

/// A service with an hour of one VM.
fn service(clock: &str) -> (Service, Client) {
    let service = Service::start(clock);
    let acme = service.log_in("admin@acme.test");
    acme.register_meter(METER, "ACME-0001", "production");
    let (at, none) = ("2026-09-01T00:00:00Z", [""; 0]);
    let file = DataFile::new(METER).vcenter(VCENTER).inventory(at, &[host(at, "host-1"), vm(at, VM)]);
    acme.process(&file.events(at, "2026-09-01T01:00:00Z", &none).build());
    (service, acme)
}

fn printed(output: &Output) -> (Option<i32>, Vec<String>) {
    let stdout = String::from_utf8(output.stdout.clone()).unwrap();
    (output.status.code(), stdout.lines().map(str::to_owned).collect())
}

#[test]
fn it_says_by_its_exit_code_whether_a_month_is_equal_different_or_not_to_be_compared() {
    let (service, _) = service("2026-09-10T00:20:00Z");
    let month = ["--month", "2026-09"];
    let summary = |units: &str, reports: &str, findings: u32| {
        format!("units: {units} failed; reports: {reports} failed; rows compared: 1; findings: {findings}")
    };
    let equal = summary("1 equal, 0 different, 0 pending, 0", "1 equal, 0 different, 0 pending, 0", 0);
    assert_eq!(printed(&service.verify_month(&month, &[])), (Some(0), vec![equal]));

    service.database().write(TAMPER);
    let place = format!("organization {ACME}, production, 2026-09, vCenter {VCENTER}");
    let different = summary("0 equal, 1 different, 0 pending, 0", "1 equal, 0 different, 0 pending, 0", 1);
    let (acme, vcenter) = (ACME.to_string(), VCENTER.to_string());
    let narrowed = ["--organization", &acme, "--mode", "production", "--vcenter", &vcenter];
    for arguments in [&[][..], &narrowed] {
        let output = service.verify_month(&[&month, arguments].concat(), &[]);
        let expected = vec![format!("{place}: {FINDING}"), different.clone()];
        assert_eq!(printed(&output), (Some(1), expected), "{arguments:?}");
    }
    let (code, lines) = printed(&service.verify_month(&[&month[..], &["--json"]].concat(), &[]));
    let lines: Vec<Value> = lines.iter().map(|line| serde_json::from_str(line).unwrap()).collect();
    let one =
        |different: u32| json!({"equal": 1 - different, "different": different, "pending": 0, "failed": 0});
    let expected = [
        json!({
            "organization_id": ACME, "billing_mode": "production", "month": "2026-09", "vcenter_id": VCENTER,
            "finding": {
                "what": "row", "place": "of VM 00000000-0000-0000-0000-000000003000 from 2026-09-01T00:00:00Z",
                "column": "memory_mb", "stored": "1", "recomputed": "4096",
            },
        }),
        json!({"summary": {"units": one(1), "reports": one(0), "rows": 1, "findings": 1}}),
    ];
    assert_eq!((code, &lines[..]), (Some(1), &expected[..]));
    service.database().write("UPDATE vm_history SET memory_mb = 4096;");

    let nothing =
        [&["--month", "2027-01"][..], &["--month", "2026-09", "--organization", &GLOBEX.to_string()]];
    for arguments in nothing {
        assert_eq!(service.verify_month(arguments, &[]).status.code(), Some(3), "{arguments:?}");
    }
    let elsewhere = service.folder().join("elsewhere");
    let away = [("USAGE_STORE", elsewhere.to_str().unwrap())];
    let (code, lines) = printed(&service.verify_month(&month, &away));
    assert_eq!(code, Some(3));
    assert_eq!(lines[0], format!("{place}: failed: the store is not available: its folder is empty"));
    let nowhere = [("USAGE_DATABASE_URL", "postgres://nobody@127.0.0.1:1/none")];
    assert_eq!(service.verify_month(&month, &nowhere).status.code(), Some(3));
    service.database().write("UPDATE units SET wanted = wanted + 1;");
    let (code, lines) = printed(&service.verify_month(&month, &[]));
    assert_eq!((code, &lines[0]), (Some(3), &format!("{place}: pending: waits to be metered or composed")));
    assert_eq!(service.verify_month(&["--month", "September"], &[]).status.code(), Some(2));
}

#[test]
fn each_run_verifies_a_sample_and_tells_what_differs() {
    let (service, acme) = service("2026-09-10T00:20:00Z");
    let verification = || acme.get("/readyz").expect(200).json()["details"]["verification"].clone();
    // Another day's run, and its sample.
    let day = |day: &str, differing: u32| {
        service.set_clock(&format!("{day}T00:30:01Z"));
        let slot = json!(format!("{day} 00:30:00 UTC"));
        let sampled = |entry: &Value| {
            entry["message"] == "the sample of a run is verified" && entry["scheduled_for"] == slot
        };
        until("a sample", || service.log().iter().any(sampled).then_some(()));
        let told = verification();
        assert_eq!((&told["units_verified"], &told["units_differing"]), (&json!(1), &json!(differing)));
        assert!(text(&told["last_at"]).starts_with(day), "{told}");
    };
    day("2026-09-11", 0);
    service.database().write(TAMPER);
    day("2026-09-12", 1);
    let log = service.log();
    let told: Vec<&Value> =
        log.iter().filter(|entry| entry["message"] == "a unit differs from its evidence").collect();
    let [told] = told[..] else { panic!("{told:#?}") };
    assert_eq!((&told["level"], &told["differences"]), (&json!("ERROR"), &json!(1)));
    assert_eq!((&told["first"], &told["vcenter_id"]), (&json!(FINDING), &json!(VCENTER.to_string())));

    let serving = log.iter().find(|entry| entry["message"] == "serving").unwrap();
    let metrics = format!("http://{}/metrics", text(&serving["metrics"]));
    let metrics = || ureq::get(&metrics).call().unwrap().into_body().read_to_string().unwrap();
    until("the gauge", || metrics().lines().any(|line| line == "verification_differences 1").then_some(()));
    let metrics_now = metrics();
    let verified = metrics_now.lines().find_map(|line| line.strip_prefix("verified_units_total "));
    // The run of the service's start may have had it in its sample, too.
    assert!(matches!(verified, Some("2" | "3")), "{metrics_now}");

    // Mended, it is looked at again in the next run.
    service.database().write("UPDATE vm_history SET memory_mb = 4096;");
    day("2026-09-13", 0);
    until("the gauge", || metrics().lines().any(|line| line == "verification_differences 0").then_some(()));
}
