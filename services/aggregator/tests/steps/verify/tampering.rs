//! What a hand in the database changes is found and named.

use super::{METER, SITE, VCENTER, key};
use crate::bench::Bench;
use schema::types::BillingMode::{self, Production, Test};

/// Tables whose rows are put back by their copies; parents are put back column by column.
const COPIED: [&str; 4] = ["vm_history", "unit_totals", "report_units", "report_lines"];

/// Lends a database to be tampered with, again and again.
struct Kept<'b> {
    bench: &'b Bench,
    mode: BillingMode,
}

impl<'b> Kept<'b> {
    fn of(bench: &'b Bench, mode: BillingMode) -> Self {
        let tables = COPIED.iter().chain(&["unit_versions", "units"]);
        let copies = tables.map(|table| format!("CREATE TABLE kept_{table} AS SELECT * FROM {table};"));
        bench.database.write(&copies.collect::<String>());
        Self { bench, mode }
    }

    /// The findings after this change, which is undone.
    async fn after(&self, change: &str) -> Vec<String> {
        self.bench.database.write(&format!("{change};"));
        let found = self.bench.verify(key(self.mode, VCENTER)).await;
        let copied =
            |table: &str| format!("DELETE FROM {table}; INSERT INTO {table} SELECT * FROM kept_{table};");
        let copied: String = COPIED.into_iter().map(copied).collect();
        self.bench.database.write(&format!(
            "{copied}
             UPDATE unit_versions v SET (horizon, first_evidence_at, covered, row_count)
                  = (k.horizon, k.first_evidence_at, k.covered, k.row_count)
               FROM kept_unit_versions k WHERE k.version = v.version;
             UPDATE units u SET listed = k.listed FROM kept_units k WHERE k.vcenter_id = u.vcenter_id;"
        ));
        found
    }
}

const RUNS: &str = "row of VM 00000000-0000-0000-0000-000000000055 from 2026-09-01T00:00:00Z";
const GONE: &str = "row of VM 00000000-0000-0000-0000-000000000056 from 2026-09-01T00:00:00Z";

/// The row in force of each VM.
const OF_RUNS: &str = "WHERE until IS NULL AND end_at IS NULL";
const OF_GONE: &str = "WHERE until IS NULL AND end_at IS NOT NULL";

#[tokio::test]
async fn a_changed_row_is_found_by_its_column() {
    let bench = Bench::two_versions(Production).await;
    let kept = Kept::of(&bench, Production);
    for (set, row, expected) in [
        ("memory_mb = 8192", GONE, "memory_mb: stored 8192, recomputed 4096"),
        (
            "end_at = '2026-09-01T03:00Z'",
            GONE,
            "end_at: stored 2026-09-01T03:00:00Z, recomputed 2026-09-01T02:00:00Z",
        ),
        ("mb_hours = 1", GONE, "mb_hours: stored 1.000000, recomputed 4096.000000"),
        ("end_at = NULL, mb_hours = NULL", GONE, "end_at: stored null, recomputed 2026-09-01T02:00:00Z"),
        ("end_at = '2026-09-01T04:00Z'", RUNS, "end_at: stored 2026-09-01T04:00:00Z, recomputed null"),
        (
            "vm_name = E'other\\nline'",
            RUNS,
            "vm_name: stored other\\nline, recomputed vm:00000000-0000-0000-0000-000000000055",
        ),
        ("org = 'them'", RUNS, "org: stored them, recomputed null"),
        ("features = '{}'", RUNS, "features: stored , recomputed vcd"),
        ("license = 'demo'", RUNS, "license: stored demo, recomputed rental"),
        ("reported = false", RUNS, "reported: stored false, recomputed true"),
        ("billed_mb = 2048.5", RUNS, "billed_mb: stored 2048.5, recomputed 2048.0"),
        ("digest = '\\x00'", RUNS, "digest: stored 00, recomputed "),
        ("until = 7", RUNS, "until: stored 7, recomputed null"),
        ("since = 3", RUNS, "since: stored 3, recomputed 2 or less"),
    ] {
        let of = if row == RUNS { OF_RUNS } else { OF_GONE };
        let found = kept.after(&format!("UPDATE vm_history SET {set} {of}")).await;
        let expected = format!("{row}, {expected}");
        assert!(
            found.iter().any(|line| line.starts_with(&expected)),
            "{set}: {expected} is not in {found:#?}"
        );
        assert!(found.iter().all(|line| line.starts_with(row)), "{set}: {found:#?}");
    }
    assert_eq!(kept.after("SELECT").await, [""; 0], "undone, everything is as it was");
}

#[tokio::test]
async fn a_row_too_few_or_too_many_is_found() {
    let bench = Bench::two_versions(Production).await;
    let kept = Kept::of(&bench, Production);
    let gone = "to 2026-09-01T02:00:00Z, 2048.0 MB billed, rental";
    let lost = [format!("{GONE}: stored nothing, recomputed {gone}")];
    assert_eq!(kept.after(&format!("DELETE FROM vm_history {OF_GONE}")).await, lost);
    // One that holds no more for readers is as good as deleted.
    assert_eq!(kept.after(&format!("UPDATE vm_history SET until = 2 {OF_GONE}")).await, lost);
    for (column, value, place) in [
        ("begin_at", "'2026-09-01T01:00Z'", "056 from 2026-09-01T01:00:00Z"),
        ("vm_id", "'00000000-0000-0000-0000-000000000001'", "001 from 2026-09-01T00:00:00Z"),
        (
            "vm_id",
            "'ffffffff-0000-0000-0000-000000000001'",
            "ffffffff-0000-0000-0000-000000000001 from 2026-09-01T00:00:00Z",
        ),
        ("since", "1", "056 from 2026-09-01T00:00:00Z"),
    ] {
        let added = format!(
            "CREATE TEMPORARY TABLE added AS SELECT * FROM vm_history {OF_GONE};
             UPDATE added SET {column} = {value}; DELETE FROM vm_history h USING added a
              WHERE (h.vm_id, h.begin_at, h.since) = (a.vm_id, a.begin_at, a.since);
             INSERT INTO vm_history SELECT * FROM added"
        );
        let found = kept.after(&added).await;
        let [found] = &found[..] else { panic!("{column}: {found:#?}") };
        assert!(found.contains(place) && found.ends_with(", recomputed nothing"), "{column}: {found}");
    }
    assert_eq!(kept.after("SELECT").await, [""; 0], "undone, everything is as it was");
}

#[tokio::test]
async fn a_changed_version_is_found_with_what_it_shows() {
    let bench = Bench::two_versions(Test).await;
    let kept = Kept::of(&bench, Test);
    let newest = "WHERE version = 2";
    for (set, expected) in [
        ("row_count = 3", &["version 2, row_count: stored 3, recomputed 2"][..]),
        (
            "first_evidence_at = '2026-08-31Z'",
            &["version 2, first_evidence_at: stored 2026-08-31T00:00:00Z, recomputed 2026-09-01T00:00:00Z"],
        ),
        ("covered = '[]'", &["version 2, covered: stored [], recomputed [[1788220800000,1788235200000]]"]),
        (
            "horizon = '2026-09-01T03:00Z'",
            &[
                "version 2, horizon: stored 2026-09-01T03:00:00Z, recomputed 2026-09-01T04:00:00Z",
                &format!("{RUNS}, shown end: stored 2026-09-01T03:00:00Z, recomputed 2026-09-01T04:00:00Z"),
                &format!("{RUNS}, shown mb_hours: stored 6144.000000, recomputed 8192.000000"),
            ],
        ),
    ] {
        assert_eq!(kept.after(&format!("UPDATE unit_versions SET {set} {newest}")).await, expected, "{set}");
    }
    let found = kept.after("UPDATE units SET listed = false").await;
    let unlisted = "unit, listed: stored false, recomputed true";
    assert_eq!(found[0], unlisted);
    assert!(found.iter().any(|line| line.starts_with("revision unit vCenter")), "{found:#?}");
    assert_eq!(kept.after("SELECT").await, [""; 0], "undone, everything is as it was");
}

#[tokio::test]
async fn a_changed_sum_is_found() {
    let bench = Bench::two_versions(Production).await;
    let kept = Kept::of(&bench, Production);
    let place = format!("total flex-core of meter {METER}");
    let newest = "WHERE version = 2 AND code = 'flex-core'";
    // The report is composed of what was recomputed: of the two, the sum is what differs.
    let changed = format!("UPDATE unit_totals SET amount = amount + 1 {newest}");
    assert_eq!(kept.after(&changed).await, [format!("{place}: stored 12288000001, recomputed 12288000000")]);
    let deleted = format!("DELETE FROM unit_totals {newest}");
    assert_eq!(kept.after(&deleted).await, [format!("{place}: stored nothing, recomputed 12288000000")]);
    let added = format!(
        "INSERT INTO unit_totals SELECT organization_id, billing_mode, vcenter_id, month, version, meter_id, 'srm', 5
           FROM unit_totals {newest}"
    );
    assert_eq!(
        kept.after(&added).await,
        [format!("total srm of meter {METER}: stored 5, recomputed nothing")]
    );
    assert_eq!(kept.after("SELECT").await, [""; 0], "undone, everything is as it was");
}

#[tokio::test]
async fn a_changed_report_is_found_in_whole_and_parts() {
    let bench = Bench::two_versions(Production).await;
    let kept = Kept::of(&bench, Production);
    let line = |part: &str| format!("WHERE revision = 2 AND code = 'flex-core' AND {part}");
    let whole = line(&format!("contract_number = '' AND site_id <> '{SITE}'"));
    for (part, named) in [
        (&whole, "line flex-core of the month".to_owned()),
        (&line("contract_number = 'ACME-0001'"), "line flex-core of contract ACME-0001".to_owned()),
        (&line(&format!("site_id = '{SITE}'")), format!("line flex-core of site {SITE}")),
    ] {
        let found = kept.after(&format!("UPDATE report_lines SET quantity = 99 {part}")).await;
        assert_eq!(found, [format!("{named}, quantity: stored 99, recomputed 0")]);
        let found = kept.after(&format!("DELETE FROM report_lines {part}")).await;
        assert_eq!(found, [format!("{named}: stored nothing, recomputed 0.016667")]);
    }
    for column in ["amount", "exact", "points", "points_per_unit", "position"] {
        let found = kept.after(&format!("UPDATE report_lines SET {column} = 99 {whole}")).await;
        assert!(
            found.len() == 1 && found[0].contains(&format!(", {column}: stored 99")),
            "{column}: {found:#?}"
        );
    }
    let found = kept.after("UPDATE report_units SET version = 1 WHERE revision = 2").await;
    let unit =
        format!("revision unit vCenter {VCENTER} of revision 2: stored version 1, recomputed version 2");
    assert_eq!(found, [unit]);
    assert_eq!(kept.after("SELECT").await, [""; 0], "undone, everything is as it was");
    bench.database.write("DELETE FROM report_lines; DELETE FROM report_units; DELETE FROM report_revisions;");
    let found = bench.verify(key(Production, VCENTER)).await;
    assert_eq!(found, ["revision of the month: stored nothing, recomputed one of 1 units"]);
}
