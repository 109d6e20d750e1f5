//! The 24-hour aggregation: every day whether or not anything came, once however long it was missed.

use e2e::{lines, until};

use super::{VM, census, file, quiet, run_month, start, wait_run};

#[test]
fn a_run_without_uploads_leaves_a_record_and_no_revision() {
    let (service, acme) = start("2026-09-10T06:00:00Z");
    let at = "2026-09-09T00:00:00Z";
    acme.process(&quiet(census(file(), at, &[VM]), at, "2026-09-10T00:00:00Z").build());
    let before = acme.report("2026-09");
    assert!(acme.runs().is_empty(), "no run had anything to do yet");

    service.set_clock("2026-09-11T00:30:00Z");
    let run = wait_run(&acme, "2026-09-11T00:30:00Z");
    let month = run_month(&run, "2026-09");
    assert_eq!((&month["changed"], &month["revision"]), (&false.into(), &before["revision"]));
    assert_eq!((&month["billing_mode"], month["finished_at"].is_null()), (&"production".into(), false));
    let after = acme.report("2026-09");
    assert_eq!((&after["revision"], lines(&after)), (&before["revision"], lines(&before)));
    assert_eq!(after["generated_at"], before["generated_at"]);

    // Within the same day nothing more happens; the next day has its own.
    service.set_clock("2026-09-12T08:00:00Z");
    wait_run(&acme, "2026-09-12T00:30:00Z");
    assert_eq!(acme.runs().len(), 2);
    // The others see nothing of it.
    assert!(service.log_in("admin@globex.test").runs().is_empty());
    assert_eq!(service.log_in("admin@northwind.test").runs().len(), 2);
}

#[test]
fn a_month_of_missed_runs_is_caught_up_by_one() {
    let (service, acme) = start("2026-09-10T06:00:00Z");
    let at = "2026-09-09T00:00:00Z";
    acme.process(&quiet(census(file(), at, &[VM]), at, "2026-09-10T00:00:00Z").build());
    service.set_clock("2026-10-15T12:00:00Z");
    let run = wait_run(&acme, "2026-10-15T00:30:00Z");
    assert_eq!(acme.runs().len(), 1);
    // It closes the month that ended meanwhile.
    let month = run_month(&run, "2026-09");
    assert_eq!((&month["changed"], &month["revision"]), (&true.into(), &2.into()));
    assert_eq!(acme.report("2026-09")["status"], "final");
    assert_eq!(acme.orders("2026-09")[0]["status"], "pending-partner");
}

#[test]
fn a_rehearsal_that_goes_back_runs_its_slots_again() {
    let (service, acme) = start("2026-09-01T06:00:00Z");
    let at = "2026-08-20T00:00:00Z";
    acme.process(&quiet(census(file(), at, &[VM]), at, "2026-08-21T00:00:00Z").build());
    service.set_clock("2026-10-04T01:00:00Z");
    wait_run(&acme, "2026-10-04T00:30:00Z");

    service.set_clock("2026-09-20T06:00:00Z");
    let at = "2026-09-09T00:00:00Z";
    acme.process(&quiet(census(file(), at, &[VM]), at, "2026-09-10T00:00:00Z").build());
    assert_eq!(acme.report("2026-09")["status"], "provisional");
    service.set_clock("2026-10-04T01:00:00Z");
    until("a final report", || (acme.report("2026-09")["status"] == "final").then_some(()));
}
