//! How many of the uploads behind a report were signed.

use chrono::TimeDelta;
use schema::meters::{self, NewMeter, Settings, since_ever};
use schema::reports::{SignatureCounts, signature_counts};
use schema::types::{BillingMode, Connectivity};
use test_support::database::TestDatabase;
use test_support::tenants::ACME;
use uuid::Uuid;

use crate::support::{as_organization, at, id};

const VCENTER: u128 = 10;
const NSX: u128 = 11;
const OTHER_VCENTER: u128 = 12;

/// A meter in production, and one in test from September on.
fn database() -> TestDatabase {
    let database = TestDatabase::with_tenants();
    as_organization(&mut database.service(), ACME, |tx| {
        for number in [1, 2] {
            let registered_at = at("2026-08-01T00:00:00Z");
            let (id, connectivity) = (id(number), Connectivity::Online);
            let meter = NewMeter { id, name: "m", connectivity, public_key: None, registered_at };
            let settings = |effective_from, billing_mode| Settings {
                organization_id: ACME,
                meter_id: id,
                effective_from,
                billing_mode,
                contract_number: "ACME-0001".to_owned(),
                site_id: None,
                recorded_at: registered_at,
                id: Uuid::now_v7(),
                recorded_by: None,
            };
            meters::register(tx, &meter, &settings(since_ever(), BillingMode::Production))?;
            if number == 2 {
                let september = at("2026-09-01T00:00:00Z").date_naive();
                meters::record_settings(tx, &settings(september, BillingMode::Test))?;
            }
        }
        Ok(())
    });
    database.write(&format!(
        "INSERT INTO products (organization_id, id, kind) VALUES
            ('{ACME}', '{}', 'vcenter'), ('{ACME}', '{}', 'nsx'), ('{ACME}', '{}', 'vcenter');
         INSERT INTO product_vcenters (organization_id, product_id, vcenter_id) VALUES ('{ACME}', '{}', '{}')",
        id(VCENTER),
        id(NSX),
        id(OTHER_VCENTER),
        id(NSX),
        id(VCENTER),
    ));
    database
}

/// An upload with a collection of an hour each from these instants.
fn upload(
    database: &TestDatabase,
    (number, meter, product): (u128, u128, u128),
    signature: &str,
    received: &str,
    hours: &[&str],
) {
    let upload = id(100 + number);
    let collections = hours.iter().enumerate().map(|(ordinal, from)| {
        let to = at(from) + TimeDelta::hours(1);
        let (meter, product) = (id(meter), id(product));
        format!(
            "INSERT INTO collections (organization_id, upload_id, ordinal, meter_id, product_id, kind, from_at, to_at,
                 records, sha256, received_at, verified, path, entry_offset, stored_bytes, inflated_bytes, method, crc32)
             VALUES ('{ACME}', '{upload}', {ordinal}, '{meter}', '{product}', 'events', '{from}', '{to}', 0,
                 decode(repeat('00', 32), 'hex'), '{received}', true, '', 0, 0, 0, 8, 0);"
        )
    });
    let collections: String = collections.collect();
    let upload = format!(
        "INSERT INTO uploads (organization_id, id, sha256, size_bytes, received_at, uploaded_by, signature)
         VALUES ('{ACME}', '{upload}', decode(repeat('00', 32), 'hex'), 1, '{received}', 'user:1', {signature});"
    );
    database.write(&(upload + &collections));
}

fn counted(database: &TestDatabase, mode: BillingMode, vcenters: &[u128]) -> (i64, i64) {
    let vcenters: Vec<Uuid> = vcenters.iter().map(|number| id(*number)).collect();
    let month = (at("2026-09-01T00:00:00Z"), at("2026-10-01T00:00:00Z"));
    let (begin, deadline) = (month.0 - TimeDelta::hours(48), month.1 + TimeDelta::hours(48));
    let counts = as_organization(&mut database.service(), ACME, |tx| {
        signature_counts(tx, mode, &vcenters, (begin, month.1), (month.0, deadline))
    });
    let SignatureCounts { verified, unsigned } = counts;
    (verified, unsigned)
}

#[test]
fn each_upload_with_evidence_in_force_counts_once() {
    let database = database();
    let (verified, unsigned) = ("'verified'", "'unsigned'");
    let (first, second) = ("2026-09-05T00:00:00Z", "2026-09-05T01:00:00Z");
    let received = "2026-09-06T00:00:00Z";
    upload(&database, (1, 1, VCENTER), verified, received, &[first, second]);
    assert_eq!(counted(&database, BillingMode::Production, &[VCENTER]), (1, 0));
    // A duplicate is not in force.
    upload(&database, (2, 1, VCENTER), unsigned, "2026-09-07T00:00:00Z", &[first]);
    assert_eq!(counted(&database, BillingMode::Production, &[VCENTER]), (1, 0));
    // What claims VMs on the vCenter counts, and what was received before signatures were kept is unsigned.
    upload(&database, (3, 1, NSX), "NULL", received, &[first]);
    assert_eq!(counted(&database, BillingMode::Production, &[VCENTER]), (1, 1));
    upload(&database, (4, 1, OTHER_VCENTER), unsigned, received, &[first]);
    assert_eq!(counted(&database, BillingMode::Production, &[VCENTER]), (1, 1));
    assert_eq!(counted(&database, BillingMode::Production, &[VCENTER, OTHER_VCENTER]), (1, 2));
    assert_eq!(counted(&database, BillingMode::Production, &[]), (0, 0));
}

#[test]
fn lead_in_counts_late_evidence_does_not_and_modes_are_apart() {
    let database = database();
    let unsigned = "'unsigned'";
    upload(&database, (1, 1, VCENTER), unsigned, "2026-11-01T00:00:00Z", &["2026-09-05T00:00:00Z"]);
    assert_eq!(counted(&database, BillingMode::Production, &[VCENTER]), (0, 0), "late");
    upload(&database, (2, 1, VCENTER), unsigned, "2026-11-01T00:00:00Z", &["2026-08-31T00:00:00Z"]);
    assert_eq!(
        counted(&database, BillingMode::Production, &[VCENTER]),
        (0, 1),
        "late for August, lead-in here"
    );
    upload(&database, (3, 1, VCENTER), unsigned, "2026-09-01T00:00:00Z", &["2026-08-29T22:00:00Z"]);
    assert_eq!(counted(&database, BillingMode::Production, &[VCENTER]), (0, 1), "before the lead-in");
    // The second meter's August is production, its September test.
    let hours = ["2026-08-31T00:00:00Z", "2026-09-05T00:00:00Z"];
    upload(&database, (4, 2, VCENTER), "'verified'", "2026-09-06T00:00:00Z", &hours[1..]);
    assert_eq!(counted(&database, BillingMode::Production, &[VCENTER]), (0, 1));
    assert_eq!(counted(&database, BillingMode::Test, &[VCENTER]), (1, 0));
    upload(&database, (5, 2, VCENTER), "'verified'", "2026-09-06T00:00:00Z", &hours[..1]);
    assert_eq!(counted(&database, BillingMode::Production, &[VCENTER]), (1, 1));
}
