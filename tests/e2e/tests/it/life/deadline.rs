//! Late evidence: kept and listed, not used for its month, and good as the lead-in of the next.

use std::collections::BTreeSet;

use chrono::{DateTime, TimeDelta, Utc};
use e2e::{lines, text};
use test_support::usage_file::records::vm;
use uuid::Uuid;

use super::{VM, census, counts, file, quiet, start};

/// 48 hours after the end of September.
const DEADLINE: &str = "2026-10-03T00:00:00Z";

#[test]
fn a_late_file_changes_no_figure_of_its_month_and_leads_into_the_next() {
    let (service, acme) = start("2026-10-01T06:00:00Z");
    acme.process(
        &quiet(census(file(), "2026-09-30T20:00:00Z", &[]), "2026-09-30T20:00:00Z", "2026-09-30T21:00:00Z")
            .build(),
    );
    let september = acme.report("2026-09");
    service.set_clock("2026-10-03T00:00:01Z");
    let late =
        file().events("2026-09-30T22:00:00Z", "2026-09-30T23:00:00Z", &[vm("2026-09-30T22:30:00Z", VM)]);
    let with_october = quiet(late, "2026-10-01T00:00:00Z", "2026-10-01T02:00:00Z");
    assert_eq!(acme.process(&with_october.build())["collections"], counts(1, 0, 0, 1));
    assert!(acme.vm_history("2026-09", "").is_empty());
    assert_eq!(lines(&acme.report("2026-09")), lines(&september));
    assert_eq!(acme.report("2026-09")["coverage"][0]["horizon"], september["coverage"][0]["horizon"]);
    let rows = acme.vm_history("2026-10", "");
    assert_eq!(rows.len(), 1, "{rows:#?}");
    assert_eq!(
        (&rows[0]["begin"], &rows[0]["end"]),
        (&"2026-10-01T00:00:00Z".into(), &"2026-10-01T02:00:00Z".into())
    );
}

/// The clock ticks, so nobody can choose the millisecond of a receipt. But each receipt tells its own, and what is
/// made of it has to agree: the deadline itself is in time. Each try aims at the deadline by the delay of the last.
#[test]
fn the_instant_of_receipt_decides_to_the_millisecond() {
    let (service, acme) = start("2026-10-01T06:00:00Z");
    acme.process(&census(file(), "2026-09-30T00:00:00Z", &[]).build());
    let deadline: DateTime<Utc> = DEADLINE.parse().unwrap();
    let mut in_time = Vec::new();
    let mut ahead = TimeDelta::seconds(5);
    for hour in 1..=12 {
        let (from, to) = (format!("2026-09-30T{hour:02}:00:00Z"), format!("2026-09-30T{hour:02}:30:00Z"));
        let id = Uuid::from_u128(0x4000 + hour);
        let bytes = file().events(&from, &to, &[vm(&from, id)]).build();
        let set = deadline - if hour == 12 { TimeDelta::milliseconds(-1) } else { ahead };
        service.set_clock(&set.to_rfc3339());
        let upload = acme.process(&bytes);
        let received: DateTime<Utc> = text(&upload["received_at"]).parse().unwrap();
        let late = received > deadline;
        println!("received {} ms after the deadline, late: {late}", (received - deadline).num_milliseconds());
        assert_eq!(upload["collections"], counts(u32::from(!late), 0, 0, u32::from(late)), "{upload:#}");
        ahead = received - set;
        if !late {
            in_time.push(id.to_string());
        }
    }
    assert!((1..12).contains(&in_time.len()), "some in time and some late");
    let metered: BTreeSet<String> =
        acme.vm_history("2026-09", "").iter().map(|row| text(&row["vm_id"])).collect();
    assert_eq!(metered, BTreeSet::from_iter(in_time));
}
