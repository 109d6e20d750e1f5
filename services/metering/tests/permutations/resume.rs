//! A metering that goes on from checkpoints finds what one from scratch finds, byte for byte, whatever came in which
//! order in between.

use crate::worlds::{MONTH, Statement, file, statements};
use metering::evidence::{Piece, coverage};
use metering::{Catalogue, Checkpoint, Instant, Limits, Metering, Timeline, UsageFile};
use proptest::prelude::*;
use std::collections::{BTreeMap, HashSet};
use test_support::usage_file::DataFile;
use test_support::usage_file::records::{cluster, feature, host, vm};
use uuid::Uuid;

const VCENTERS: [Uuid; 2] = [Uuid::from_u128(0x10), Uuid::from_u128(0x11)];

/// By VM and begin: the end, unless the row reaches the horizon, and all that it says.
type Rows = BTreeMap<(Uuid, Instant), (Option<Instant>, String)>;

/// What a database keeps of a unit.
#[derive(Default)]
struct Unit {
    rows: Rows,
    checkpoints: Vec<Checkpoint>,
    resumed: usize,
}

/// Collections in force, each in a file of its own, in the order of receipt.
#[derive(Default)]
struct Evidence {
    files: Vec<Vec<u8>>,
    pieces: Vec<Piece>,
    seen: HashSet<(u8, u8, bool, Instant, Instant)>,
}

impl Evidence {
    fn receive(&mut self, statement: &Statement) {
        if !self.seen.insert(statement.identity()) {
            return;
        }
        let bytes = file(&[statement]);
        let UsageFile { manifest, locations, .. } = UsageFile::open(&bytes, &Limits::default()).unwrap();
        let product_kind = manifest.products[0].kind;
        let collection = manifest.collections.into_iter().next().unwrap();
        let (source, meter, location) = (self.files.len(), manifest.meter_id, locations[0]);
        self.pieces.push(Piece { source, location, meter, product_kind, collection });
        self.files.push(bytes);
    }

    /// The first received is forgotten, as when a decision takes it out of force.
    fn withdraw(&mut self, place: usize) {
        if !self.pieces.is_empty() {
            self.pieces.remove(place % self.pieces.len());
        }
    }
}

/// Rows as a database has them, and everything else as text.
fn shown(timeline: &Timeline) -> (Rows, String) {
    let Some(vcenter) = timeline.vcenters().next() else { return <_>::default() };
    let rows = vcenter.rows().map(|row| {
        // A row's number of meter or symbol shows in none of its fields.
        ((row.vm, row.begin), ((!row.open).then_some(row.end), format!("{row:?}")))
    });
    (rows.collect(), format!("{:?} {} {:?}", vcenter.coverage(), vcenter.row_count(), vcenter.totals()))
}

fn meter(unit: &mut Unit, evidence: &Evidence, vcenter: Uuid, marks: &[i64]) {
    let month = MONTH.parse().unwrap();
    let (catalogue, limits) = (Catalogue::default(), Limits::default());
    let metering = Metering { month, catalogue: &catalogue, limits: &limits, only: Some(vcenter) };
    let (files, pieces) = (evidence.files.as_slice(), &evidence.pieces);
    unit.checkpoints.retain(|checkpoint| metering.holds(pieces, checkpoint.at, &checkpoint.evidence));
    let checkpoint = unit.checkpoints.iter().max_by_key(|checkpoint| checkpoint.at).cloned();
    unit.resumed += usize::from(checkpoint.is_some());
    let begin = checkpoint.as_ref().map_or(month.begin(), |checkpoint| checkpoint.at);
    let end = coverage(month, pieces).get(&vcenter).map_or(begin, |seen| seen.horizon.min(month.end()));
    let mut marks: Vec<_> =
        marks.iter().map(|offset| Instant(month.begin().0 + offset)).chain([end]).collect();
    marks.retain(|mark| begin < *mark && *mark <= end);
    marks.sort_unstable();
    marks.dedup();

    let beginning = checkpoint.as_ref().map(|found| Checkpoint::read(found.at, &found.state).unwrap());
    let continued = metering.resume_leaving(&files, pieces, beginning, &marks).unwrap();
    let (rows, rest) = shown(&continued.timeline);
    if let Some(at) = checkpoint.map(|checkpoint| checkpoint.at) {
        unit.rows.retain(|_, (end, _)| end.is_some_and(|end| end < at));
    } else {
        unit.rows.clear();
    }
    unit.rows.extend(rows);
    unit.checkpoints.extend(continued.checkpoints);

    let (rows, from_scratch) = shown(&metering.run(&files, pieces, || {}).unwrap());
    assert_eq!(unit.rows, rows);
    assert_eq!(rest, from_scratch);
}

/// Meters both vCenters after every upload; returns how often a checkpoint served.
fn live(world: &[Statement], marks: &[Vec<i64>], withdrawals: &[Option<u8>]) -> usize {
    let mut evidence = Evidence::default();
    let mut units = [Unit::default(), Unit::default()];
    for (statement, (marks, withdrawal)) in world.iter().zip(marks.iter().zip(withdrawals).cycle()) {
        evidence.receive(statement);
        for (unit, vcenter) in units.iter_mut().zip(VCENTERS) {
            meter(unit, &evidence, vcenter, marks);
        }
        if let Some(place) = withdrawal {
            evidence.withdraw(usize::from(*place));
            for (unit, vcenter) in units.iter_mut().zip(VCENTERS) {
                meter(unit, &evidence, vcenter, marks);
            }
        }
    }
    units.iter().map(|unit| unit.resumed).sum()
}

/// Instants within the hours in which worlds happen, on whole quarters of an hour and off them.
fn marks() -> impl Strategy<Value = Vec<Vec<i64>>> {
    let mark = (-2..24_i64, prop_oneof![Just(0_i64), Just(1), Just(-1)]);
    let offset = mark.prop_map(|(quarter, off)| quarter * 900_000 + off);
    prop::collection::vec(prop::collection::vec(offset, 0..4), 1..6)
}

fn withdrawals() -> impl Strategy<Value = Vec<Option<u8>>> {
    prop::collection::vec(prop::option::weighted(0.1, any::<u8>()), 16)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 192, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn in_any_order_of_receipt(world in statements(), marks in marks(), withdrawals in withdrawals()) {
        live(&world, &marks, &withdrawals);
    }

    #[test]
    fn in_the_order_of_time(mut world in statements(), marks in marks()) {
        world.sort_by_key(|statement| statement.identity().3);
        live(&world, &marks, &[None]);
    }
}

#[test]
fn checkpoints_serve() {
    use proptest::strategy::ValueTree;
    use proptest::test_runner::TestRunner;
    let mut runner = TestRunner::deterministic();
    let (mut resumed, mut statements_received) = (0, 0);
    for _ in 0..16 {
        let mut world = statements().new_tree(&mut runner).unwrap().current();
        world.sort_by_key(|statement| statement.identity().3);
        resumed += live(&world, &marks().new_tree(&mut runner).unwrap().current(), &[None]);
        statements_received += world.len();
    }
    assert!(resumed > statements_received / 2, "{resumed} of {statements_received}");
}

#[test]
fn a_state_that_cannot_be_read_is_told() {
    let told = Checkpoint::read(Instant(0), &[0xff; 9]).err().unwrap().to_string();
    assert!(told.starts_with("the checkpoint at 1970-01-01T00:00:00Z cannot be read"), "{told}");
}

/// A checkpoint that is read as something else than was written gives wrong rows.
#[test]
fn what_a_checkpoint_holds_changes_with_its_format_alone() {
    let at = "2026-02-01T00:00:00Z";
    let census =
        [host(at, "host-1"), cluster(at, "domain-c8").with("vsan_edition", "standard"), vm(at, VCENTERS[1])];
    let claim = feature(at, VCENTERS[0], VCENTERS[1], "vcd").with("org", "Sales");
    let director = Uuid::from_u128(0x12);
    let file = DataFile::new(Uuid::from_u128(1)).vcenter(VCENTERS[0]).inventory(at, &census);
    let file =
        file.events(at, "2026-02-01T01:00:00Z", &[vm("2026-02-01T00:30:00Z", VCENTERS[1]).with("vcpus", 9)]);
    let file = file.product(director, "vcd").inventory(at, &[claim]).build();
    let UsageFile { manifest, locations, .. } = UsageFile::open(&file, &Limits::default()).unwrap();
    let kinds: BTreeMap<_, _> = manifest.products.iter().map(|product| (product.id, product.kind)).collect();
    let pieces = manifest.collections.into_iter().zip(locations).map(|(collection, location)| Piece {
        source: 0,
        location,
        meter: manifest.meter_id,
        product_kind: kinds[&collection.product_id],
        collection,
    });
    let pieces: Vec<_> = pieces.collect();
    let (catalogue, limits) = (Catalogue::default(), Limits::default());
    let month = MONTH.parse().unwrap();
    let metering = Metering { month, catalogue: &catalogue, limits: &limits, only: Some(VCENTERS[0]) };
    let left = metering.resume(&[file].as_slice(), &pieces, None).unwrap().checkpoints;
    let state = hex::encode(&left[0].state);
    assert_eq!(state, STATE, "raise FORMAT in checkpoint.rs, and write down the new state");
}

const STATE: &str = "\
    0a06686f73742d310b686f73743a686f73742d31056b65793a3109646f6d61696e2d633109646f6d61696e2d633811636c75\
    737465723a646f6d61696e2d633804766d2d3127766d3a30303030303030302d303030302d303030302d303030302d303030\
    3030303030303031310c6f74686572477565737436340553616c657301100000000000000000000000000000000101000101\
    0103000201040105010000000180b0fee7826700000500011000000000000000000000000000000011010607080001098020\
    00000001100000000000000000000000000000001200010901808ddae9826780200009000103000001090180200006070801\
    01010201010002008080a4e803018080a4e803";
