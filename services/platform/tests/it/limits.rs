//! Limits of requests, over processes and minutes.

use chrono::{DateTime, TimeDelta, Utc};
use futures_util::future::join_all;
use platform::clock::Clock;
use platform::config::{DatabaseSettings, LimitSettings};
use platform::db::Db;
use platform::limits::{Key, Limits, Standing};
use std::time::Duration;
use test_support::database::TestDatabase;
use uuid::Uuid;

const ORGANIZATION: Key = Key::Organization(Uuid::from_u128(1));
const CALLER: Key = Key::Caller { organization_id: Uuid::from_u128(1), id: Uuid::from_u128(2) };

fn now() -> DateTime<Utc> {
    "2026-11-22T08:00:10Z".parse().unwrap()
}

/// A process on this database.
fn process(database: &TestDatabase, organization: u32, user: u32) -> Limits {
    let db = Db::new(&DatabaseSettings::new(database.service_url().into()), "limits-test").unwrap();
    Limits::new(LimitSettings { organization, user, ..LimitSettings::default() }, db, Clock::machine())
}

/// How many of so many requests at once are let through.
async fn let_through(limits: &Limits, count: u32, keys: &[Key], at: DateTime<Utc>) -> usize {
    let standings = join_all((0..count).map(|_| limits.take(keys, at))).await;
    standings.into_iter().filter(|standing| standing.is_none_or(|standing| standing.allowed)).count()
}

async fn standing(limits: &Limits, keys: &[Key], at: DateTime<Utc>) -> Standing {
    limits.take(keys, at).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn processes_together_let_through_the_limit_and_no_more() {
    let database = TestDatabase::new();
    let (one, two) = (process(&database, 0, 100), process(&database, 0, 100));
    // Each process alone would let through everything.
    let spawn = |limits: &Limits| {
        let limits = limits.clone();
        tokio::spawn(async move { let_through(&limits, 150, &[CALLER], now()).await })
    };
    let (one, two) = (spawn(&one), spawn(&two));
    assert_eq!(one.await.unwrap() + two.await.unwrap(), 100);
    let late = process(&database, 0, 100);
    let refused = standing(&late, &[CALLER], now()).await;
    assert_eq!((refused.allowed, refused.remaining, refused.reset_seconds), (false, 0, 50));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_minute_begins_with_the_whole_limit() {
    let database = TestDatabase::new();
    let (one, two) = (process(&database, 0, 10), process(&database, 0, 10));
    for minute in 0..3 {
        let at = now() + TimeDelta::minutes(minute);
        let first = standing(&one, &[CALLER], at).await;
        assert_eq!((first.limit, first.remaining), (10, 9), "minute {minute}");
        assert_eq!(
            let_through(&two, 20, &[CALLER], at).await + let_through(&one, 20, &[CALLER], at).await,
            9
        );
        // A request that began in the minute before is counted in the one that is.
        assert_eq!(let_through(&one, 1, &[CALLER], at - TimeDelta::seconds(11)).await, 0);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_one_limit_refuses_is_not_taken_out_of_another() {
    let database = TestDatabase::new();
    let limits = process(&database, 5, 3);
    let both = [CALLER, ORGANIZATION];
    assert_eq!(let_through(&limits, 9, &both, now()).await, 3);
    let refused = standing(&limits, &both, now()).await;
    assert_eq!((refused.limit_name, refused.limit), ("user", 3));
    let other = Key::Caller { organization_id: Uuid::from_u128(1), id: Uuid::from_u128(3) };
    assert_eq!(let_through(&limits, 9, &[other, ORGANIZATION], now()).await, 2);
    let refused = standing(&limits, &[other, ORGANIZATION], now()).await;
    assert_eq!((refused.limit_name, refused.limit), ("organization", 5));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_tightest_limit_is_told() {
    let database = TestDatabase::new();
    let limits = process(&database, 4, 100);
    let keys = [CALLER, ORGANIZATION];
    for remaining in [3, 2, 1, 0] {
        let told = standing(&limits, &keys, now()).await;
        assert_eq!((told.limit_name, told.remaining, told.allowed), ("organization", remaining, true));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_off_limits_nobody() {
    let database = TestDatabase::new();
    let limits = process(&database, 0, 0);
    assert_eq!(limits.take(&[CALLER, ORGANIZATION], now()).await, None);
    let limits = process(&database, 0, 2);
    assert_eq!(let_through(&limits, 5, &[ORGANIZATION], now()).await, 5);
    assert_eq!(let_through(&limits, 5, &[ORGANIZATION, CALLER], now()).await, 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn without_the_database_a_process_counts_alone() {
    let mut settings = DatabaseSettings::new("postgres://nobody@127.0.0.1:1/nothing".to_owned().into());
    settings.wait = Duration::from_millis(200);
    let db = Db::new(&settings, "limits-test").unwrap();
    let settings = LimitSettings { user: 20, organization: 30, ..LimitSettings::default() };
    let limits = Limits::new(settings, db, Clock::machine());
    for minute in 0..2 {
        let at = now() + TimeDelta::minutes(minute);
        assert_eq!(let_through(&limits, 50, &[CALLER], at).await, 20, "minute {minute}");
        assert_eq!(let_through(&limits, 50, &[ORGANIZATION], at).await, 30, "minute {minute}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn many_callers_are_counted_each() {
    let database = TestDatabase::new();
    let limits = process(&database, 0, 2);
    let caller = |id: u128| Key::Caller { organization_id: Uuid::from_u128(1), id: Uuid::from_u128(id) };
    let takes = (0..300).map(|number| {
        let (limits, key) = (limits.clone(), caller(number / 3));
        async move { limits.take(&[key], now()).await.unwrap().allowed }
    });
    let allowed = join_all(takes).await.into_iter().filter(|allowed| *allowed).count();
    assert_eq!(allowed, 200);
}
