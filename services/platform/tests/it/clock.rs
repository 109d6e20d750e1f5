//! The clock: real in production, movable in development.

use chrono::{DateTime, TimeDelta, Timelike, Utc};
use platform::audit::Origin;
use platform::clock::{Clock, ClockError};
use platform::config::{ClockSettings, Deployment};
use test_support::database::TestDatabase;

use crate::support::{db, eventually};

const DEVELOPMENT: ClockSettings = ClockSettings { deployment: Deployment::Development, start: None };

fn nobody() -> Origin {
    Origin::system("test")
}

fn close(one: DateTime<Utc>, other: DateTime<Utc>) -> bool {
    (one - other).abs() < TimeDelta::seconds(5)
}

#[tokio::test]
async fn in_production_it_is_the_machines_and_stays_so() {
    let database = TestDatabase::new();
    let db = db(&database);
    let rehearsal = Clock::start(DEVELOPMENT, &db).await.unwrap();
    rehearsal.set("2030-01-01T00:00:00Z".parse().unwrap(), &nobody()).await.unwrap();
    let settings = ClockSettings { deployment: Deployment::Production, start: None };
    let clock = Clock::start(settings, &db).await.unwrap();
    assert!(close(clock.now(), clock.machine_now()), "whatever the database holds");
    assert!(matches!(clock.set(rehearsal.now(), &nobody()).await, Err(ClockError::Production)));
    assert!(!clock.is_movable());
}

#[tokio::test]
async fn in_development_it_moves_for_all_roles_either_way() {
    let database = TestDatabase::new();
    let db = db(&database);
    let start: DateTime<Utc> = "2026-11-01T00:00:00Z".parse().unwrap();
    let one = Clock::start(ClockSettings { start: Some(start), ..DEVELOPMENT }, &db).await.unwrap();
    let other = Clock::start(DEVELOPMENT, &db).await.unwrap();
    assert!(close(one.now(), start) && close(other.now(), start));
    for to in ["2026-12-03T00:00:00Z", "1999-01-01T00:00:00Z"] {
        let to: DateTime<Utc> = to.parse().unwrap();
        one.set(to, &nobody()).await.unwrap();
        assert!(close(one.now(), to), "at once");
        eventually("the other role's clock", async || close(other.now(), to)).await;
    }
    assert_eq!(one.now().nanosecond() % 1_000_000, 0, "whole milliseconds");
    assert!(!close(one.machine_now(), one.now()));
    let before = one.now();
    tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    assert!(one.now() > before, "it ticks");
}
