//! A month of 70,000 virtual machines that live half an hour each, from upload to spreadsheet.

use std::time::Instant;

use chrono::{DateTime, TimeDelta, Utc};
use e2e::{Service, lines};
use serde_json::json;
use test_support::usage_file::DataFile;
use uuid::Uuid;

const VMS: u64 = 70_000;
const HOURS: u64 = 30 * 24;

fn file(meter: Uuid, vcenter: Uuid) -> Vec<u8> {
    let month: DateTime<Utc> = "2026-09-01T00:00:00Z".parse().unwrap();
    let at = |minutes: u64| {
        let instant = month + TimeDelta::minutes(i64::try_from(minutes).unwrap());
        instant.to_rfc3339_opts(chrono::SecondsFormat::Secs, true)
    };
    let mut file = DataFile::new(meter).vcenter(vcenter);
    for hour in 0..HOURS {
        let (born, gone, end) = (at(hour * 60), at(hour * 60 + 30), at(hour * 60 + 60));
        let lines: Vec<String> = (VMS * hour / HOURS..VMS * (hour + 1) / HOURS)
            .flat_map(|number| {
                let id = Uuid::from_u128(0x1_0000 + u128::from(number));
                [
                    format!(
                        r#"{{"type":"vm","at":"{born}","id":"{id}","moid":"vm","name":"job-{number}","host":"host-1","power":"on","vcpus":1,"memory_mb":2048,"reserved_mb":0,"guest_os":"linux"}}"#
                    ),
                    format!(r#"{{"type":"removed","at":"{gone}","object":"vm","id":"{id}"}}"#),
                ]
            })
            .collect();
        file = file.events(&born, &end, &lines);
    }
    file.build()
}

#[test]
fn seventy_thousand_short_lives_are_seventy_thousand_rows() {
    let service = Service::start("2026-10-01T06:00:00Z");
    let acme = service.log_in("admin@acme.test");
    let (meter, vcenter) = (Uuid::from_u128(0x1000), Uuid::from_u128(0x2000));
    acme.register_meter(meter, "ACME-0001", "production");
    let bytes = file(meter, vcenter);

    let begun = Instant::now();
    let upload = acme.process(&bytes);
    println!("{} KiB processed in {:?}", bytes.len() >> 10, begun.elapsed());
    assert_eq!(upload["collections"]["accepted"], HOURS);
    // 70,000 rows of 512 MB-hours, / 1024 / 24 / 30.
    let flex_core = json!({"units": 48, "exact": "48.611111"});
    assert_eq!(lines(&acme.report("2026-09"))["flex-core"], flex_core);
    assert_eq!(acme.report("2026-09")["coverage"][0]["covered_hours"], "720.000000");

    let begun = Instant::now();
    let csv = acme.vm_history_csv("2026-09", "");
    println!("{} KiB downloaded in {:?}", csv.len() >> 10, begun.elapsed());
    let rows = csv.lines().skip(1);
    assert_eq!(rows.clone().count(), 70_000);
    let exact = rows.filter(|row| row.ends_with(&format!(",512.000000,{meter}"))).count();
    assert_eq!(exact, 70_000, "all of 1024 MB for half an hour");

    let begun = Instant::now();
    let verified = service.verify_month(&["--month", "2026-09"], &[]);
    println!("verified in {:?}", begun.elapsed());
    assert!(verified.status.success(), "{verified:?}");
    // In the middle of a page and at the seam of two.
    service.database().write(
        "UPDATE vm_history SET vcpus = 2 WHERE vm_name IN ('job-4999', 'job-10000');
         DELETE FROM vm_history WHERE vm_name = 'job-20000';",
    );
    let found = service.verify_month(&["--month", "2026-09"], &[]);
    assert_eq!(found.status.code(), Some(1));
    let found = String::from_utf8(found.stdout).unwrap();
    let told: Vec<&str> =
        found.lines().filter_map(|line| line.split_once(": row ").map(|(_, row)| row)).collect();
    let [first, second, third] = told[..] else { panic!("{found}") };
    assert!(
        first.ends_with("vcpus: stored 2, recomputed 1") && second.ends_with("vcpus: stored 2, recomputed 1")
    );
    assert!(third.contains(": stored nothing, recomputed to "), "{third}");
}
