//! The bulk path, under the service role.

use chrono::TimeDelta;
use diesel::connection::SimpleConnection;
use rust_decimal::Decimal;
use schema::bulk::{VmHistoryRow, ensure_vm_history_partition, insert_vm_history};
use schema::types::BillingMode;
use schema::{Scope, transaction};
use std::collections::BTreeSet;
use test_support::database::TestDatabase;
use test_support::tenants::{ACME, GLOBEX};
use uuid::Uuid;

use crate::catalogue::lines_of;
use crate::support::{as_organization, at, day, id};

fn row(organization_id: Uuid, number: u128) -> VmHistoryRow {
    let begin_at = at("2026-10-01T00:00:00.250Z") + TimeDelta::milliseconds(i64::try_from(number).unwrap());
    let open = number.is_multiple_of(2);
    VmHistoryRow {
        organization_id,
        month: day("2026-10-01"),
        billing_mode: BillingMode::Production,
        vcenter_id: id(1),
        vm_id: id(1000 + number),
        begin_at,
        since: 1,
        until: None,
        end_at: (!open).then(|| at("2026-10-31T23:59:59.999Z")),
        mb_hours: (!open).then(|| Decimal::new(1_234_567_890_123, 6)),
        meter_id: id(2),
        moid: format!("vm-{number}"),
        vm_name: "web \u{1f980}\t\"1\"\n".to_owned(),
        guest_os: String::new(),
        host_id: "host-1".to_owned(),
        host_name: open.then(|| "esx-1".to_owned()),
        cluster_id: None,
        org: Some("tenant".to_owned()),
        license: "rental".to_owned(),
        license_key: None,
        vcpus: 4,
        memory_mb: i64::from(u32::MAX),
        reserved_mb: 0,
        billed_mb: Decimal::new(20_485, 1),
        features: vec!["nsx-advanced".to_owned(), "vcd".to_owned()],
        reported: true,
        digest: vec![7; 16],
    }
}

#[test]
fn rows_arrive_as_they_were() {
    let database = TestDatabase::with_tenants();
    let mut service = database.service();
    let rows: Vec<_> = (0..3).map(|number| row(ACME, number)).collect();
    let inserted = as_organization(&mut service, ACME, |tx| {
        ensure_vm_history_partition(tx, day("2026-10-01"))?;
        insert_vm_history(tx, &rows)
    });
    assert_eq!(inserted, 3);
    let stored = lines_of(
        &mut service,
        ACME,
        "SELECT concat_ws('|', billing_mode, begin_at, until, end_at, mb_hours, vm_name, guest_os, host_name, memory_mb,
                          billed_mb, features, reported, digest) AS line FROM vm_history ORDER BY vm_id LIMIT 2",
    );
    let digest = "\\x07070707070707070707070707070707";
    assert_eq!(
        stored,
        [
            format!(
                "production|2026-10-01 00:00:00.25+00|web \u{1f980}\t\"1\"\n||esx-1|4294967295|2048.5|{{nsx-advanced,vcd}}|t|{digest}"
            ),
            format!(
                "production|2026-10-01 00:00:00.251+00|2026-10-31 23:59:59.999+00|1234567.890123|web \u{1f980}\t\"1\"\n||4294967295|2048.5|{{nsx-advanced,vcd}}|t|{digest}"
            ),
        ]
    );
}

#[test]
fn one_transaction_may_bring_rows_twice() {
    let database = TestDatabase::with_tenants();
    let mut service = database.service();
    let first: Vec<_> = (0..1000).map(|number| row(ACME, number)).collect();
    let second: Vec<_> = (1000..1500).map(|number| row(ACME, number)).collect();
    let inserted = as_organization(&mut service, ACME, |tx| {
        ensure_vm_history_partition(tx, day("2026-10-01"))?;
        Ok(insert_vm_history(tx, &first)? + insert_vm_history(tx, &second)? + insert_vm_history(tx, &[])?)
    });
    assert_eq!(inserted, 1500);
    let ids: BTreeSet<_> =
        lines_of(&mut service, ACME, "SELECT vm_id::text AS line FROM vm_history").into_iter().collect();
    assert_eq!(ids.len(), 1500);
}

#[test]
fn a_foreign_row_is_refused_and_nothing_is_left() {
    let database = TestDatabase::with_tenants();
    let mut service = database.service();
    let rows = [row(ACME, 0), row(GLOBEX, 1)];
    let refused = transaction(&mut service, &Scope::Organization(ACME), |tx| {
        ensure_vm_history_partition(tx, day("2026-10-01"))?;
        insert_vm_history(tx, &rows)
    });
    assert!(refused.is_err());
    service.batch_execute("SELECT 1").unwrap();
    assert_eq!(lines_of(&mut service, ACME, "SELECT 'row' AS line FROM vm_history"), Vec::<String>::new());
}
