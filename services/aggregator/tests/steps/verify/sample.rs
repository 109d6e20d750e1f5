//! The sample of a run: whose turn it is, how many, and what is kept.

use super::{METER, file, key};
use crate::bench::{Bench, time};
use aggregator::verify::{Sampled, sample};
use platform::clock::Clock;
use platform::config::{ClockSettings, Deployment};
use schema::types::BillingMode::Production;
use schema::units;
use schema::verifications::{self, Verification};
use std::collections::BTreeSet;
use uuid::Uuid;

const VCENTERS: [Uuid; 3] = [Uuid::from_u128(0x61), Uuid::from_u128(0x62), Uuid::from_u128(0x63)];

fn slot(day: u32) -> chrono::DateTime<chrono::Utc> {
    time(&format!("2026-09-{day:02}T00:30:00Z"))
}

impl Bench {
    /// Three units of one month.
    async fn three_units() -> Self {
        let bench = Self::new();
        bench.register_meter(METER, Production).await;
        for (number, vcenter) in (1..).zip(VCENTERS) {
            bench.upload(METER, &file(vcenter, 1), &format!("2026-09-01T0{number}:00:00Z")).await;
        }
        bench.drain().await;
        bench
    }

    async fn sample(&self, day: u32, units: u32) -> Sampled {
        sample(&self.context, slot(day), units).await.unwrap()
    }

    async fn verifications(&self) -> Vec<Verification> {
        self.run(verifications::list).await
    }

    /// The units that were verified for a slot.
    async fn of_slot(&self, day: u32) -> BTreeSet<Uuid> {
        let all = self.verifications().await;
        all.iter().filter(|unit| unit.slot == slot(day)).map(|unit| unit.vcenter_id).collect()
    }
}

fn equal(units: u32) -> Sampled {
    Sampled { units, ..Sampled::default() }
}

#[tokio::test]
async fn every_unit_gets_its_turn_within_the_budget() {
    let bench = Bench::three_units().await;
    assert_eq!(bench.sample(2, 0).await, equal(0));
    assert_eq!(bench.sample(2, 2).await, equal(2));
    let first = bench.of_slot(2).await;
    assert_eq!(bench.sample(2, 2).await, equal(0), "the same sample, as after a crash, is done");
    assert_eq!(bench.sample(3, 1).await, equal(1));
    let second = bench.of_slot(3).await;
    assert!(first.is_disjoint(&second), "who was never verified comes first");
    assert_eq!(bench.sample(4, 2).await, equal(2));
    assert_eq!(bench.of_slot(4).await, first, "then who was verified longest ago");
    let kept = bench.verifications().await;
    assert!(kept.iter().all(|unit| unit.version == 1 && unit.differences == 0), "{kept:#?}");
    assert_eq!(bench.sample(5, 10).await, equal(3), "a greater budget than there are units");
}

#[tokio::test]
async fn a_broken_off_sample_goes_on_with_what_is_left_of_it() {
    let bench = Bench::three_units().await;
    assert_eq!(bench.sample(2, 1).await, equal(1));
    assert_eq!(bench.sample(2, 2).await, equal(1));
    assert_eq!(bench.of_slot(2).await.len(), 2);
}

#[tokio::test]
async fn what_differs_is_kept_and_looked_at_again_until_it_does_not() {
    let bench = Bench::three_units().await;
    let tampered = VCENTERS[1];
    let tamper = |memory: u32| {
        format!(
            "UPDATE vm_history SET memory_mb = {memory} WHERE vcenter_id = '{tampered}' AND until IS NULL;"
        )
    };
    bench.database.write(&tamper(1));
    assert_eq!(bench.sample(2, 3).await, Sampled { units: 3, differing: 1, failed: 0 });
    let kept = bench.verifications().await;
    let found = kept.iter().find(|unit| unit.vcenter_id == tampered).unwrap();
    assert_eq!((found.differences, found.findings[0]["column"].as_str()), (2, Some("memory_mb")));
    assert_eq!(found.findings[0]["stored"], "1");
    let summary =
        || bench.context.db.machinery(|tx| Ok::<_, platform::db::DbError>(verifications::summary(tx)?));
    let counted = summary().await.unwrap();
    assert_eq!((counted.verified, counted.differing), (3, 1));

    // One of two: the other half is for the others.
    assert_eq!(bench.sample(3, 2).await, Sampled { units: 2, differing: 1, failed: 0 });
    assert!(bench.of_slot(3).await.contains(&tampered));
    bench.database.write(&tamper(4096));
    // Long closed, and looked at all the same.
    bench.database.write("UPDATE report_revisions SET status = 'final';");
    assert_eq!(bench.sample(4, 1).await, equal(1));
    assert_eq!(bench.of_slot(4).await, BTreeSet::from([tampered]));
    assert_eq!(summary().await.unwrap().differing, 0);
}

#[tokio::test]
async fn a_unit_that_waits_is_left_out_and_one_that_fails_has_its_turn_next_time() {
    let bench = Bench::three_units().await;
    bench.run(|tx| units::mark(tx, &[key(Production, VCENTERS[0])])).await;
    // Evidence as no registration writes it: nothing can be said of the unit.
    bench
        .database
        .write(&format!("UPDATE collections SET method = 99 WHERE product_id = '{}';", VCENTERS[1]));
    assert_eq!(bench.sample(2, 3).await, Sampled { units: 1, differing: 0, failed: 1 });
    assert_eq!(bench.of_slot(2).await, BTreeSet::from([VCENTERS[2]]));
    bench.database.write("UPDATE collections SET method = 8;");
    assert_eq!(bench.sample(3, 1).await, equal(1));
    assert_eq!(bench.of_slot(3).await, BTreeSet::from([VCENTERS[1]]));
}

#[tokio::test]
async fn final_months_are_sampled_for_three_months() {
    let mut bench = Bench::three_units().await;
    bench.database.write("UPDATE report_revisions SET status = 'final';");
    for (now, day, expected) in [("2026-12-31T23:59:59Z", 2, 3), ("2027-01-01T00:00:00Z", 3, 0)] {
        let settings = ClockSettings { deployment: Deployment::Development, start: Some(time(now)) };
        bench.context.clock = Clock::start(settings, &bench.context.db).await.unwrap();
        assert_eq!(bench.sample(day, 3).await, equal(expected), "{now}");
    }
}
