//! `usagectl inspect`: what a file holds, and what is wrong with it.

use serde_json::json;

use crate::archive::{METER, file, path, vm};
use crate::run::{Ended, Home, data};

const AT: &str = "2026-10-01T00:30:00Z";

fn inspect(bytes: &[u8], json: bool) -> Ended {
    let home = Home::new();
    std::fs::write(home.path("a.data"), bytes).unwrap();
    home.run(if json { &["inspect", "--json", "a.data"] } else { &["inspect", "a.data"] })
}

#[test]
fn a_good_file_is_described_and_verified() {
    let good = vm(AT, &json!(2));
    let ended = inspect(&file(&good, &good), false).code(0);
    for part in [
        METER,
        "2026-10, partial",
        "1 with 1 records",
        "2026-10-01: 1 collection",
        "signature    none",
        "verified",
    ] {
        assert!(ended.stdout.contains(part), "{part} is not in\n{}", ended.stdout);
    }
    let view = inspect(&file(&good, &good), true).code(0).json();
    let view = &view["files"][0];
    assert_eq!(
        (&view["meter_id"], &view["records"], &view["refusals"]),
        (&json!(METER), &json!(1), &json!([]))
    );
    assert_eq!(view["products"][0]["events"], 1);
}

#[test]
fn a_sample_is_verified_whole() {
    let sample = data("samples/bitbrains/96f42878-20f2-5579-b34b-2ab9a1860e56_2026-09.data");
    let ended = Home::new().run(&["inspect", sample.to_str().unwrap()]).code(0);
    assert!(ended.stdout.contains("2026-08-30 – 2026-09-04: 30 collections"), "{}", ended.stdout);
}

#[test]
fn a_bad_record_is_shown_with_its_place() {
    let bad = format!("{}{}", vm(AT, &json!(2)), vm(AT, &json!("two")));
    let ended = inspect(&file(&bad, &bad), false).code(3);
    let row = ended.stdout.lines().find(|line| line.contains("record-invalid")).unwrap();
    assert!(row.contains(&format!("{}:2", path())) && row.contains("vcpus"), "{row}");
    assert!(
        ended.stderr.contains("1 of 1 refused") || ended.stderr.contains("1 refused"),
        "{}",
        ended.stderr
    );
    let view = inspect(&file(&bad, &bad), true).code(3).json();
    assert_eq!(view["files"][0]["refusals"][0]["line"], 2);
}

#[test]
fn another_content_than_promised_is_a_digest_mismatch() {
    let ended = inspect(&file(&vm(AT, &json!(2)), &vm(AT, &json!(3))), false).code(3);
    assert!(ended.stdout.contains("digest-mismatch"), "{}", ended.stdout);
}

#[test]
fn what_is_no_archive_is_refused_too() {
    let ended = inspect(b"PK no more than that", false).code(3);
    assert!(ended.stdout.contains("not-usage-data"), "{}", ended.stdout);
}

#[test]
fn compute_refuses_the_same_and_prints_no_result() {
    let home = Home::new();
    let (good, bad) = (vm(AT, &json!(2)), vm(AT, &json!("two")));
    std::fs::write(home.path("good.data"), file(&good, &good)).unwrap();
    std::fs::write(home.path("bad.data"), file(&bad, &bad)).unwrap();
    let ended = home.run(&["compute", "--month", "2026-10", "--json", "good.data", "bad.data"]).code(3);
    assert_eq!(ended.stdout, "");
    assert!(ended.stderr.contains("bad.data: refused") && ended.stderr.contains(":1"), "{}", ended.stderr);
}
