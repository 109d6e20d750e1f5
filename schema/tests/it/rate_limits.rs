//! What processes ask for out of limits that they share.

use chrono::{DateTime, TimeDelta, Utc};
use diesel::PgConnection;
use schema::rate_limits::{self, Lease};
use schema::{Scope, transaction};
use test_support::database::TestDatabase;
use test_support::tenants::ACME;

use crate::catalogue::lines;
use crate::support::{as_machinery, at};

fn lease(conn: &mut PgConnection, window: DateTime<Utc>, wanted: &[(&str, i64)]) -> Vec<(String, i64)> {
    let keys: Vec<String> = wanted.iter().map(|(key, _)| (*key).to_owned()).collect();
    let counts: Vec<i64> = wanted.iter().map(|(_, count)| *count).collect();
    let leases = as_machinery(conn, |tx| rate_limits::lease(tx, window, &keys, &counts));
    leases.into_iter().map(|Lease { key, taken }| (key, taken)).collect()
}

/// One key's count.
fn take(conn: &mut PgConnection, window: DateTime<Utc>, count: i64) -> i64 {
    lease(conn, window, &[("a", count)])[0].1
}

#[test]
fn what_is_asked_for_adds_up_by_key() {
    let database = TestDatabase::new();
    let mut service = database.service();
    let window = at("2026-11-22T08:00:00Z");
    let first = lease(&mut service, window, &[("b", 3), ("a", 2)]);
    assert_eq!(first, [("a".to_owned(), 2), ("b".to_owned(), 3)]);
    let second = lease(&mut database.service(), window, &[("b", 4), ("c", 1)]);
    assert_eq!(second, [("b".to_owned(), 7), ("c".to_owned(), 1)]);
}

#[test]
fn a_new_window_begins_at_nothing() {
    let database = TestDatabase::new();
    let mut service = database.service();
    let window = at("2026-11-22T08:00:00Z");
    assert_eq!(take(&mut service, window, 5), 5);
    let next = window + TimeDelta::minutes(1);
    assert_eq!(take(&mut service, next, 2), 2);
    assert_eq!(take(&mut service, window, 3), 5, "a clock a little behind takes from the window that is");
    assert_eq!(take(&mut service, next, 1), 6);
    let far_ahead = window + TimeDelta::hours(9);
    assert_eq!(take(&mut service, far_ahead, 7), 7);
    assert_eq!(take(&mut service, next, 1), 1, "a clock that was wrong holds nobody up");
}

#[test]
fn old_windows_are_swept() {
    let database = TestDatabase::new();
    let mut service = database.service();
    let window = at("2026-11-22T08:00:00Z");
    lease(&mut service, window, &[("old", 1)]);
    lease(&mut service, window + TimeDelta::minutes(1), &[("new", 1)]);
    let swept = as_machinery(&mut service, |tx| rate_limits::sweep(tx, window + TimeDelta::minutes(1)));
    assert_eq!(swept, 1);
    assert_eq!(lines(&mut service, "SELECT key AS line FROM rate_limits"), ["new"]);
}

#[test]
fn only_the_machinery_asks() {
    let database = TestDatabase::new();
    let refused = transaction(&mut database.service(), &Scope::Organization(ACME), |tx| {
        rate_limits::lease(tx, at("2026-11-22T08:00:00Z"), &["a".to_owned()], &[1])
    });
    assert!(refused.is_err());
}
