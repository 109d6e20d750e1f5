//! Uploads: duplicates, lists, states, and what became of their collections.

use chrono::TimeDelta;
use diesel::connection::SimpleConnection;
use schema::outbox::{self, NewMessage};
use schema::types::UploadStatus;
use schema::uploads::{self, CollectionCounts, NewUpload, Progress, UploadCursor, UploadFilter};
use schema::{Scope, transaction};
use serde_json::json;
use test_support::database::TestDatabase;
use test_support::tenants::{ACME, GLOBEX};
use uuid::Uuid;

use crate::support::{as_machinery, as_organization, at, day, digest, id};

const NONE: [Uuid; 0] = [];
const NOW: &str = "2026-10-05T00:00:00Z";

fn upload(number: u128, sha256: &[u8; 32]) -> NewUpload<'_> {
    NewUpload {
        id: id(number),
        sha256,
        size_bytes: 10,
        received_at: at(NOW) + TimeDelta::hours(i64::try_from(number).unwrap()),
        uploaded_by: "user:1",
        meter_id: Some(id(100 + number % 2)),
        month: Some(day("2026-09-01")),
        partial: Some(false),
        meter_version: Some("4.8.0"),
        signature: None,
    }
}

fn accept(database: &TestDatabase, organization_id: Uuid, number: u128, sha256: &[u8; 32]) {
    let body = json!({"upload": number});
    as_organization(&mut database.service(), organization_id, |tx| {
        uploads::lock_digest(tx, sha256)?;
        let message = NewMessage { queue: "register", body: &body, created_at: at(NOW) };
        uploads::accept(tx, &upload(number, sha256), &message)
    });
}

#[test]
fn an_upload_and_its_message_are_both_or_neither() {
    let database = TestDatabase::with_tenants();
    accept(&database, ACME, 1, &digest(1));
    let again = transaction(&mut database.service(), &Scope::Organization(ACME), |tx| {
        let body = json!({});
        let message = NewMessage { queue: "register", body: &body, created_at: at(NOW) };
        uploads::accept(tx, &upload(1, &digest(1)), &message)
    });
    assert!(again.is_err(), "the id is taken");
    assert_eq!(as_machinery(&mut database.service(), outbox::backlog).count, 1);
    let found = as_organization(&mut database.service(), ACME, |tx| uploads::find(tx, id(1))).unwrap();
    assert_eq!((found.status, found.processed_at, found.errors), (UploadStatus::Received, None, json!([])));
    assert_eq!(found.received_at, at("2026-10-05T01:00:00Z"));
}

#[test]
fn a_duplicate_is_of_ones_own_and_not_refused_bytes() {
    let database = TestDatabase::with_tenants();
    let mut service = database.service();
    let mut duplicate = |organization_id| {
        as_organization(&mut service, organization_id, |tx| uploads::find_duplicate(tx, &digest(1)))
    };
    let refusals = json!([{"code": "not-a-zip"}]);
    as_organization(&mut database.service(), ACME, |tx| {
        uploads::reject(tx, &upload(1, &digest(1)), &refusals)
    });
    assert_eq!(duplicate(ACME), None, "refused bytes are checked anew");
    accept(&database, ACME, 2, &digest(1));
    accept(&database, ACME, 3, &digest(1));
    assert_eq!(duplicate(ACME), Some(id(2)));
    assert_eq!(duplicate(GLOBEX), None);
    let refused = as_organization(&mut database.service(), ACME, |tx| uploads::find(tx, id(1))).unwrap();
    assert_eq!((refused.status, refused.errors), (UploadStatus::Rejected, refusals));
}

#[test]
fn one_digest_is_locked_for_one_organization() {
    let database = TestDatabase::with_tenants();
    let mut other = database.service();
    other.batch_execute("SET lock_timeout = 50").unwrap();
    as_organization(&mut database.service(), ACME, |tx| {
        uploads::lock_digest(tx, &digest(1))?;
        let mut lock = |organization_id, byte| {
            let scope = Scope::Organization(organization_id);
            transaction(&mut other, &scope, |tx| uploads::lock_digest(tx, &digest(byte)))
        };
        assert!(lock(ACME, 1).is_err());
        assert!(lock(ACME, 2).is_ok() && lock(GLOBEX, 1).is_ok());
        Ok(())
    });
}

fn listed(database: &TestDatabase, filter: &UploadFilter) -> Vec<Uuid> {
    let found = as_organization(&mut database.service(), ACME, |tx| uploads::list(tx, filter, 2));
    found.into_iter().map(|upload| upload.id).collect()
}

#[test]
fn uploads_are_listed_newest_first_in_pages() {
    let database = TestDatabase::with_tenants();
    for number in 1..=4 {
        accept(&database, ACME, number, &digest(1));
    }
    accept(&database, GLOBEX, 5, &digest(1));
    let all = UploadFilter::default();
    assert_eq!(listed(&database, &all), [id(4), id(3)]);
    let after =
        |id, received_at| UploadFilter { after: Some(UploadCursor { received_at, id }), ..all.clone() };
    assert_eq!(listed(&database, &after(id(3), at("2026-10-05T03:00:00Z"))), [id(2), id(1)]);
    assert_eq!(listed(&database, &after(id(1), at("2026-10-05T01:00:00Z"))), NONE);
    // Of one instant, the id decides.
    assert_eq!(listed(&database, &after(id(4), at("2026-10-05T03:00:00Z"))), [id(3), id(2)]);
    assert_eq!(listed(&database, &UploadFilter { meter_id: Some(id(101)), ..all.clone() }), [id(3), id(1)]);
    assert_eq!(listed(&database, &UploadFilter { month: Some(day("2026-10-01")), ..all.clone() }), NONE);
    let status = Some(UploadStatus::Processed);
    assert_eq!(listed(&database, &UploadFilter { status, ..all.clone() }), NONE);
    let progress =
        Progress { status: UploadStatus::Processed, processed_at: Some(at(NOW)), errors: &json!([]) };
    let moved =
        |id| as_organization(&mut database.service(), ACME, |tx| uploads::set_progress(tx, id, &progress));
    assert!(moved(id(2)) && !moved(id(5)), "the fifth is another organization's");
    assert_eq!(listed(&database, &UploadFilter { status, ..all }), [id(2)]);
}

#[test]
fn the_last_upload_of_each_meter_is_found() {
    let database = TestDatabase::with_tenants();
    for number in 1..=4 {
        accept(&database, ACME, number, &digest(1));
    }
    as_organization(&mut database.service(), ACME, |tx| {
        uploads::reject(tx, &upload(6, &digest(2)), &json!([]))
    });
    let last = as_organization(&mut database.service(), ACME, |tx| {
        uploads::last_of_meters(tx, &[id(100), id(101), id(102)])
    });
    let last: Vec<_> = last.into_iter().map(|upload| (upload.meter_id, upload.id)).collect();
    assert_eq!(last, [(Some(id(100)), id(4)), (Some(id(101)), id(3))]);
}

/// Adds a collection of a meter's product 7 as the registration does.
fn add_collection(database: &TestDatabase, upload: u128, ordinal: u32, from_at: &str, byte: u8) {
    let sql = format!(
        "INSERT INTO products VALUES ('{ACME}', '{product}', 'vcenter') ON CONFLICT DO NOTHING;
         INSERT INTO collections (organization_id, upload_id, ordinal, meter_id, product_id, kind, from_at, to_at, records,
                sha256, received_at, verified, path, entry_offset, stored_bytes, inflated_bytes, method, crc32)
         SELECT '{ACME}', id, {ordinal}, '{meter}', '{product}', 'events', '{from_at}',
                timestamptz '{from_at}' + interval '1 hour', 1, decode(repeat('{byte:02x}', 32), 'hex'),
                received_at, true, 'path', 0, 1, 1, 8, 0
           FROM uploads WHERE id = '{upload}'",
        product = id(7),
        meter = id(100),
        upload = id(upload)
    );
    database.write(&sql);
}

#[test]
fn collections_are_counted_by_what_became_of_them() {
    let database = TestDatabase::with_tenants();
    for number in 1..=2 {
        accept(&database, ACME, number, &digest(1));
    }
    // The second upload first: what counts is when it was received, not when it was registered.
    add_collection(&database, 2, 0, "2026-10-01T00:00:00Z", 1); // the same as of upload 1
    add_collection(&database, 2, 1, "2026-10-01T01:00:00Z", 2); // other bytes than of upload 1
    add_collection(&database, 2, 2, "2026-10-01T02:00:00Z", 3); // alone
    add_collection(&database, 2, 3, "2026-09-30T23:00:00Z", 4); // alone, and late
    add_collection(&database, 1, 0, "2026-10-01T00:00:00Z", 1);
    add_collection(&database, 1, 1, "2026-10-01T01:00:00Z", 1);
    add_collection(&database, 1, 2, "2026-09-30T22:00:00Z", 1); // late
    let count = |deadline, organization_id| {
        let mut counts = as_organization(&mut database.service(), organization_id, |tx| {
            uploads::collection_counts(tx, &[id(1), id(2), id(3)], deadline)
        });
        counts.sort_by_key(|counts| counts.upload_id);
        counts
    };
    let counts = |number, accepted, duplicate, conflicting, late| CollectionCounts {
        upload_id: id(number),
        accepted,
        duplicate,
        conflicting,
        late,
    };
    // The deadline of September is 2026-10-03T00:00Z; they were received on 10-05 at 01:00 and 02:00.
    assert_eq!(count(TimeDelta::hours(48), ACME), [counts(1, 2, 0, 0, 1), counts(2, 1, 1, 1, 1)]);
    assert_eq!(count(TimeDelta::hours(97), ACME), [counts(1, 3, 0, 0, 0), counts(2, 1, 1, 1, 1)]);
    assert_eq!(count(TimeDelta::hours(98), ACME), [counts(1, 3, 0, 0, 0), counts(2, 2, 1, 1, 0)]);
    assert_eq!(count(TimeDelta::hours(48), GLOBEX), []);
}

#[test]
fn product_kinds_are_the_organizations_own() {
    let database = TestDatabase::with_tenants();
    accept(&database, ACME, 1, &digest(1));
    add_collection(&database, 1, 0, "2026-10-01T00:00:00Z", 1);
    let kinds = |organization_id| {
        as_organization(&mut database.service(), organization_id, |tx| {
            uploads::product_kinds(tx, &[id(7), id(8)])
        })
    };
    assert_eq!(kinds(ACME).get(&id(7)).map(String::as_str), Some("vcenter"));
    assert_eq!(kinds(ACME).len(), 1);
    assert!(kinds(GLOBEX).is_empty());
}
