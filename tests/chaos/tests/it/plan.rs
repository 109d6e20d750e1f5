//! The plan and the files follow from the seed.

use chaos::plan::{Fault, Plan, Seat};
use chaos::worlds::{counts, worlds};
use std::time::Duration;

#[test]
fn a_plan_repeats_for_its_seed() {
    let plan = |seed| Plan::of(seed, Duration::from_mins(1), 3);
    assert_eq!(plan(7), plan(7));
    assert_ne!(plan(7), plan(8));
}

#[test]
fn every_process_is_killed_in_every_plan() {
    for seed in 0..20 {
        let plan = Plan::of(seed, Duration::from_secs(20), 1);
        for seat in Seat::ALL {
            assert!(plan.0.iter().any(|event| event.fault == Fault::Kill(seat)), "{seed}: {plan}");
        }
    }
}

#[test]
fn files_repeat_for_their_seed() {
    let files = |seed| worlds(seed, 60).into_iter().map(|world| world.lanes).collect::<Vec<_>>();
    assert_eq!(files(3), files(3));
    assert_ne!(files(3), files(4));
    let (all, different) = counts(&worlds(3, 60));
    assert!(all >= 60 && different < all, "{different} of {all}");
}
