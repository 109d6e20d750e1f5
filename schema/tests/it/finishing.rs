//! An upload is processed when the last of its months is composed, also when two are composed at once.

use diesel::prelude::*;
use schema::outbox::NewMessage;
use schema::types::{BillingMode, UploadStatus};
use schema::units::{self, Metered, UnitKey};
use schema::uploads::{self, NewUpload, Progress};
use serde_json::json;
use std::thread;
use test_support::database::{TestDatabase, until_somebody_waits};
use test_support::tenants::ACME;

use crate::support::{as_organization, at, day, digest, id};

const NOW: &str = "2026-10-05T00:00:00Z";
const MODE: BillingMode = BillingMode::Production;

fn key(month: &str) -> UnitKey {
    UnitKey { billing_mode: MODE, vcenter_id: id(2), month: day(month) }
}

/// An upload that touches two months, both metered and neither composed.
fn metered(database: &TestDatabase) {
    as_organization(&mut database.service(), ACME, |tx| {
        let upload = NewUpload {
            id: id(1),
            sha256: &digest(1),
            size_bytes: 10,
            received_at: at(NOW),
            uploaded_by: "user:1",
            meter_id: Some(id(3)),
            month: Some(day("2026-09-01")),
            partial: Some(false),
            meter_version: None,
            signature: None,
        };
        let body = json!({});
        uploads::accept(tx, &upload, &NewMessage { queue: "register", body: &body, created_at: at(NOW) })?;
        let marks = units::mark(tx, &[key("2026-09-01"), key("2026-10-01")])?;
        units::link_upload(tx, id(1), &marks)?;
        for (key, wanted) in &marks {
            units::set_done(tx, key, Metered { done: *wanted, version: 0, listed: true })?;
        }
        let progress = Progress { status: UploadStatus::Processing, processed_at: None, errors: &json!([]) };
        uploads::set_progress(tx, id(1), &progress).map(drop)
    });
}

fn compose(conn: &mut PgConnection, month: &str, before_commit: impl FnOnce()) -> usize {
    as_organization(conn, ACME, |tx| {
        let read = units::lock_month(tx, MODE, day(month))?;
        units::set_composed(tx, MODE, day(month), &read)?;
        let finished = units::finish_uploads(tx, at(NOW))?;
        before_commit();
        Ok(finished)
    })
}

#[test]
fn the_second_of_two_months_composed_at_once_finishes_their_upload() {
    let database = TestDatabase::with_tenants();
    metered(&database);
    let (mut one, mut other, mut watcher) = (database.service(), database.service(), database.owner());
    thread::scope(|scope| {
        let mut second = None;
        let finished = compose(&mut one, "2026-09-01", || {
            second = Some(scope.spawn(move || compose(&mut other, "2026-10-01", || {})));
            until_somebody_waits(&mut watcher);
        });
        assert_eq!((finished, second.unwrap().join().unwrap()), (0, 1));
    });
    let upload = as_organization(&mut database.service(), ACME, |tx| uploads::find(tx, id(1))).unwrap();
    assert_eq!(upload.status, UploadStatus::Processed);
}
