//! The same again: bytes, collections, and collections of the same identity with other content.

use e2e::text;
use test_support::usage_file::records::vm;

use super::{VM, census, counts, file, quiet, start};

const CENSUS: &str = "2026-09-01T00:00:00Z";
const FIRST: [&str; 2] = ["2026-09-01T00:00:00Z", "2026-09-01T01:00:00Z"];
const SECOND: [&str; 2] = ["2026-09-01T01:00:00Z", "2026-09-01T02:00:00Z"];

#[test]
fn the_same_bytes_again_change_nothing() {
    let (_service, acme) = start("2026-09-10T06:00:00Z");
    let bytes = census(file(), CENSUS, &[VM]).build();
    let first = acme.process(&bytes);
    let revision = acme.report("2026-09")["revision"].clone();
    let answer = acme.upload(&bytes).expect(200).json();
    assert_eq!((&answer["duplicate_of"], &answer["id"]), (&first["id"], &first["id"]));
    assert_eq!(acme.list("/v1/uploads?").len(), 1);
    assert_eq!(acme.report("2026-09")["revision"], revision);
}

#[test]
fn a_whole_file_repeats_what_the_partial_one_told() {
    let (_service, acme) = start("2026-09-10T06:00:00Z");
    let partial = quiet(census(file().partial(), CENSUS, &[VM]), FIRST[0], FIRST[1]);
    assert_eq!(acme.process(&partial.build())["collections"], counts(2, 0, 0, 0));
    let whole = quiet(quiet(census(file(), CENSUS, &[VM]), FIRST[0], FIRST[1]), SECOND[0], SECOND[1]);
    assert_eq!(acme.process(&whole.build())["collections"], counts(1, 2, 0, 0));
    let rows = acme.vm_history("2026-09", "");
    assert_eq!(rows.len(), 1, "one row that grew: {rows:#?}");
    assert_eq!((&rows[0]["end"], &rows[0]["mb_hours"]), (&SECOND[1].into(), &"4096.000000".into()));
    // A file of which everything is known already makes no revision.
    let revision = acme.report("2026-09")["revision"].clone();
    let again = quiet(census(file(), CENSUS, &[VM]), FIRST[0], FIRST[1]).exported_at("2026-10-02T00:00:00Z");
    assert_eq!(acme.process(&again.build())["collections"], counts(0, 2, 0, 0));
    assert_eq!(acme.report("2026-09")["revision"], revision);
}

#[test]
fn of_two_that_conflict_the_first_received_holds() {
    let (_service, acme) = start("2026-09-10T06:00:00Z");
    let told = |memory_mb: u32| {
        let record = vm(FIRST[0], VM).with("memory_mb", memory_mb);
        file().events(FIRST[0], FIRST[1], &[record]).build()
    };
    assert_eq!(acme.process(&told(2048))["collections"], counts(1, 0, 0, 0));
    let second = acme.process(&told(8192));
    assert_eq!(second["collections"], counts(0, 0, 1, 0));
    let rows = acme.vm_history("2026-09", "");
    assert_eq!((rows.len(), &rows[0]["memory_mb"]), (1, &2048.into()));
    assert_eq!(acme.report("2026-09")["revision"], 1);
    // Recorded and shown, whenever somebody looks.
    assert_eq!(acme.get_upload(&text(&second["id"]))["collections"], counts(0, 0, 1, 0));
}
