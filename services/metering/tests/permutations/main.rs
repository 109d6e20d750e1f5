//! The laws of metering.md §1: the result depends on the evidence, not on how it was grouped, ordered or repeated.
#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests fail by panicking")]

mod resume;
mod worlds;

use metering::{Limits, compute};
use proptest::prelude::*;
use proptest::test_runner::TestCaseResult;
use std::fmt::Write;
use worlds::{MONTH, Statement, file, statements};

/// Whether the next collection joins the last upload, and whether an upload is sent again.
type Draw = (u16, bool, bool);

/// Everything that a metering says, as text.
fn metered(uploads: &[Vec<&Statement>]) -> String {
    let files: Vec<Vec<u8>> = uploads.iter().map(|upload| file(upload)).collect();
    let computed = compute(MONTH.parse().unwrap(), &files, &Limits::default(), |_| {}).unwrap();
    let mut text = String::new();
    for vcenter in computed.timeline.vcenters() {
        let rows: Vec<_> = vcenter.rows().collect();
        let spans: Vec<_> = vcenter.cluster_spans().collect();
        let (about, totals) = (vcenter.coverage(), vcenter.totals());
        write!(text, "{} {about:?} {totals:?}\n{rows:#?}\n{spans:#?}\n", vcenter.id).unwrap();
    }
    text
}

/// One collection a file, in the order of receipt.
fn one_by_one(world: &[Statement]) -> Vec<Vec<&Statement>> {
    world.iter().map(|statement| vec![statement]).collect()
}

/// Other uploads of the same collections: `draws` orders them, joins neighbours of one meter, repeats some.
fn regrouped<'w>(world: &'w [Statement], draws: &[Draw]) -> Vec<Vec<&'w Statement>> {
    let mut order: Vec<(u16, &Statement)> = draws.iter().map(|draw| draw.0).zip(world).collect();
    // Conflicting collections keep the order of receipt: those of one identity take their keys in ascending order.
    for index in 0..order.len() {
        for later in index + 1..order.len() {
            if order[index].1.identity() == order[later].1.identity() && order[later].0 < order[index].0 {
                (order[index].0, order[later].0) = (order[later].0, order[index].0);
            }
        }
    }
    order.sort_by_key(|(key, _)| *key);
    let mut uploads: Vec<Vec<&Statement>> = Vec::new();
    for ((_, statement), (_, join, repeat)) in order.iter().zip(draws) {
        let joins = |upload: &&mut Vec<&Statement>| {
            upload[0].meter == statement.meter
                && upload.iter().all(|other| other.identity() != statement.identity())
        };
        match uploads.last_mut().filter(|_| *join).filter(joins) {
            Some(upload) => upload.push(statement),
            None => uploads.push(vec![statement]),
        }
        if *repeat {
            let again = uploads[uploads.len() / 2].clone();
            uploads.push(again);
        }
    }
    uploads
}

fn same_however_uploaded(world: &[Statement], draws: &[Draw]) -> TestCaseResult {
    prop_assert_eq!(metered(&one_by_one(world)), metered(&regrouped(world, draws)));
    Ok(())
}

fn draws() -> impl Strategy<Value = Vec<Draw>> {
    prop::collection::vec((any::<u16>(), prop::bool::weighted(0.7), prop::bool::weighted(0.2)), 40)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 192, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn without_conflicts_any_order_grouping_and_repetition_is_the_same(
        mut world in statements(), chance in draws(),
    ) {
        let mut seen = Vec::new();
        world.retain(|statement| {
            let new = !seen.contains(&statement.identity());
            seen.push(statement.identity());
            new
        });
        same_however_uploaded(&world, &chance)?;
    }

    #[test]
    fn with_conflicts_whatever_keeps_the_order_of_receipt_is_the_same(world in statements(), chance in draws()) {
        same_however_uploaded(&world, &chance)?;
    }
}

#[test]
fn the_worlds_are_worth_testing() {
    use proptest::strategy::ValueTree;
    use proptest::test_runner::TestRunner;
    let mut runner = TestRunner::deterministic();
    let (mut rows, mut conflicts) = (0, 0);
    for _ in 0..32 {
        let world = statements().new_tree(&mut runner).unwrap().current();
        rows += metered(&one_by_one(&world)).matches("Row {").count();
        let files: Vec<_> = one_by_one(&world).iter().map(|upload| file(upload)).collect();
        conflicts += compute(MONTH.parse().unwrap(), &files, &Limits::default(), |_| {}).unwrap().conflicts;
    }
    assert!(rows > 320 && conflicts > 32, "{rows} rows, {conflicts} conflicts");
}
