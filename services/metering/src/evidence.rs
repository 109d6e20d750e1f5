//! Which collections are evidence of a month, and what they say about its coverage (metering.md §1, §4, §5).

use crate::archive::Location;
use crate::manifest::{Collection, CollectionKind, ProductKind};
use crate::time::{Instant, LEAD_IN_MS, Month};
use std::collections::BTreeMap;
use std::ops::Range;
use uuid::Uuid;

/// A collection in force, with the way to its bytes.
#[derive(Clone, Debug)]
pub struct Piece {
    /// Which of the sources holds it.
    pub source: usize,
    /// Where in it.
    pub location: Location,
    /// The meter that wrote it.
    pub meter: Uuid,
    /// The kind of its product.
    pub product_kind: ProductKind,
    /// As the manifest lists it.
    pub collection: Collection,
}

impl Piece {
    /// Whether the piece can hold records with M0 − 48 h ≤ `at` < M1 (metering.md §1.3).
    pub fn reaches(&self, month: Month) -> bool {
        let Collection { kind, from, to, .. } = self.collection;
        reaches(month, kind, from, to)
    }

    /// A vCenter's own collection.
    pub(crate) fn is_own(&self) -> bool {
        self.product_kind == ProductKind::Vcenter
    }
}

/// Whether a collection over `[from, to)` can hold evidence of `month`.
pub fn reaches(month: Month, kind: CollectionKind, from: Instant, to: Instant) -> bool {
    reaches_window(month.evidence_begin()..month.end(), kind, from, to)
}

/// Whether a collection over `[from, to)` can hold statements within `window`.
pub(crate) fn reaches_window(
    window: Range<Instant>,
    kind: CollectionKind,
    from: Instant,
    to: Instant,
) -> bool {
    let late_enough = match kind {
        CollectionKind::Inventory => from >= window.start,
        CollectionKind::Events => to > window.start,
    };
    late_enough && from < window.end
}

/// The months whose evidence a collection can hold: that of its `from`, and the next one when it reaches into
/// the next month's lead-in.
pub fn months_reached(kind: CollectionKind, from: Instant, to: Instant) -> impl Iterator<Item = Month> {
    let own = from.month();
    [own, own.next()].into_iter().filter(move |month| reaches(*month, kind, from, to))
}

/// How long after M1 evidence is on time unless the operator sets otherwise (metering.md §5).
pub const DEADLINE_MS: i64 = LEAD_IN_MS;

/// Whether a collection serves `month`: its lead-in always, the month itself when received in time.
pub fn on_time(month: Month, from: Instant, received: Instant, deadline_ms: i64) -> bool {
    from < month.begin() || received.0 <= month.end().0 + deadline_ms
}

/// What a month's evidence says about the time covered on one vCenter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Coverage {
    /// The latest `to` of the vCenter's own collections with `from` in `[M0 − 48 h, M1)` (metering.md §1.7).
    pub horizon: Instant,
    /// The earliest `from` of the same collections.
    pub first_evidence: Instant,
    /// The union of its events collections within the month: disjoint, ascending.
    pub covered: Vec<(Instant, Instant)>,
}

impl Coverage {
    /// The time covered, in milliseconds.
    pub fn covered_ms(&self) -> u64 {
        self.covered.iter().map(|(from, to)| to.0.abs_diff(from.0)).sum()
    }

    /// The time that should be covered by `now`: from M0, or the first evidence if later, to min(now, M1).
    pub fn expected(&self, month: Month, now: Instant) -> (Instant, Instant) {
        let from = month.begin().max(self.first_evidence).min(month.end());
        (from, now.min(month.end()).max(from))
    }

    /// What is missing of the expected time.
    pub fn gaps(&self, month: Month, now: Instant) -> Vec<(Instant, Instant)> {
        let (mut at, end) = self.expected(month, now);
        let mut gaps = Vec::new();
        for (from, to) in &self.covered {
            if at < *from && at < end {
                gaps.push((at, (*from).min(end)));
            }
            at = at.max(*to);
        }
        if at < end {
            gaps.push((at, end));
        }
        gaps
    }
}

/// The coverage of every vCenter that has a collection of its own with `from` in `[M0 − 48 h, M1)`.
pub fn coverage(month: Month, pieces: &[Piece]) -> BTreeMap<Uuid, Coverage> {
    let window = month.evidence_begin()..month.end();
    let mut vcenters: BTreeMap<Uuid, Coverage> = BTreeMap::new();
    for piece in pieces.iter().filter(|piece| piece.is_own() && window.contains(&piece.collection.from)) {
        let Collection { product_id, kind, from, to, .. } = piece.collection;
        let vcenter = vcenters.entry(product_id).or_insert(Coverage {
            horizon: to,
            first_evidence: from,
            covered: vec![],
        });
        vcenter.horizon = vcenter.horizon.max(to);
        vcenter.first_evidence = vcenter.first_evidence.min(from);
        let clipped = (from.max(month.begin()), to.min(month.end()));
        if kind == CollectionKind::Events && clipped.0 < clipped.1 {
            vcenter.covered.push(clipped);
        }
    }
    for vcenter in vcenters.values_mut() {
        vcenter.covered = union(std::mem::take(&mut vcenter.covered));
    }
    vcenters
}

/// Intervals as disjoint ones in ascending order; what touches is joined.
fn union(mut intervals: Vec<(Instant, Instant)>) -> Vec<(Instant, Instant)> {
    intervals.sort_unstable();
    let mut joined: Vec<(Instant, Instant)> = Vec::new();
    for (from, to) in intervals {
        match joined.last_mut() {
            Some(last) if from <= last.1 => last.1 = last.1.max(to),
            _ => joined.push((from, to)),
        }
    }
    joined
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::{DAY_MS, HOUR_MS};

    #[test]
    fn intervals_join_where_they_touch() {
        let at = |hours: i64| Instant(hours * HOUR_MS);
        let joined = union(vec![(at(3), at(4)), (at(0), at(1)), (at(1), at(2)), (at(0), at(1))]);
        assert_eq!(joined, [(at(0), at(2)), (at(3), at(4))]);
    }

    #[test]
    fn a_collection_reaches_its_month_and_the_next_through_the_lead_in() {
        let month: Month = "2026-09".parse().unwrap();
        let months = |from: i64, to: i64, kind| -> Vec<String> {
            let at = |ms| Instant(month.end().0 + ms);
            months_reached(kind, at(from), at(to)).map(|month| month.to_string()).collect()
        };
        let (events, inventory) = (CollectionKind::Events, CollectionKind::Inventory);
        assert_eq!(months(-3 * DAY_MS, -2 * DAY_MS, events), ["2026-09"]);
        assert_eq!(months(-2 * DAY_MS - 1, -2 * DAY_MS + 1, events), ["2026-09", "2026-10"]);
        assert_eq!(months(-2 * DAY_MS, -2 * DAY_MS, inventory), ["2026-09", "2026-10"]);
        assert_eq!(months(0, HOUR_MS, events), ["2026-10"]);
    }

    #[test]
    fn the_deadline_is_inclusive_and_spares_the_lead_in() {
        let month: Month = "2026-09".parse().unwrap();
        let deadline = Instant(month.end().0 + DEADLINE_MS);
        let late = Instant(deadline.0 + 1);
        assert!(on_time(month, month.begin(), deadline, DEADLINE_MS));
        assert!(!on_time(month, month.begin(), late, DEADLINE_MS));
        assert!(on_time(month.next(), month.begin(), late, DEADLINE_MS));
    }

    #[test]
    fn gaps_are_what_is_missing_up_to_now() {
        let month: Month = "2026-09".parse().unwrap();
        let at = |hours: i64| Instant(month.begin().0 + hours * HOUR_MS);
        let coverage = Coverage {
            horizon: at(9),
            first_evidence: at(-5),
            covered: vec![(at(1), at(3)), (at(5), at(9))],
        };
        assert_eq!(coverage.gaps(month, at(12)), [(at(0), at(1)), (at(3), at(5)), (at(9), at(12))]);
        assert_eq!(coverage.gaps(month, at(2)), [(at(0), at(1))]);
        assert_eq!(coverage.gaps(month, at(-2)), []);
    }
}
