//! Checkpoints: a metering that goes on where an earlier one stood, so that one more day's evidence costs that day.
//!
//! A checkpoint is a function of the evidence before its instant and of the rules, and says by a digest of which. It
//! holds as long as that evidence is the same; then what is metered from it is what is metered from scratch.

use super::state::Saved;
use super::{Metering, Timeline};
use crate::evidence::Piece;
use crate::time::{DAY_MS, Instant};
use sha2::{Digest, Sha256};

/// To be raised with every change of the rules, of the order of evidence, or of what a state holds and how it is
/// written: older checkpoints are of no use then.
const FORMAT: u32 = 1;

/// Days before the last midnight at which a metering leaves checkpoints, each about a third farther back than the one
/// before: evidence that comes out of order is metered from not much before it.
const DAYS_BACK: [i64; 10] = [0, 1, 2, 3, 5, 7, 10, 14, 19, 25];

/// The state of a vCenter's timeline just before an instant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checkpoint {
    /// What was stated before it is in the state, what is stated at it or later is not.
    pub at: Instant,
    /// The evidence that the state rests on: [`Metering::fingerprint`] at `at`.
    pub evidence: [u8; 32],
    /// The state; only this crate reads it.
    pub state: Vec<u8>,
}

/// Where a metering begins, in place of the month's lead-in.
pub struct Beginning {
    pub(super) at: Instant,
    pub(super) saved: Saved,
}

/// What a metering found, and where the next may begin.
pub struct Continued {
    /// Without the rows that ended before the checkpoint.
    pub timeline: Timeline,
    /// The last is at the end of what is metered; none without a vCenter in force.
    pub checkpoints: Vec<Checkpoint>,
}

/// A state that cannot be read: it was not written by this program, or damaged.
#[derive(Debug, thiserror::Error)]
#[error("the checkpoint at {at} cannot be read: {cause}")]
pub struct UnreadableCheckpoint {
    /// Of the checkpoint.
    pub at: Instant,
    cause: postcard::Error,
}

impl Checkpoint {
    /// Reads the state of a checkpoint at `at`.
    pub fn read(at: Instant, state: &[u8]) -> Result<Beginning, UnreadableCheckpoint> {
        let saved = postcard::from_bytes(state).map_err(|cause| UnreadableCheckpoint { at, cause })?;
        Ok(Beginning { at, saved })
    }
}

impl Metering<'_> {
    /// A digest of everything that a timeline before `at` rests on: the rules, the month, and the pieces that can state
    /// something before it.
    pub fn fingerprint(&self, pieces: &[Piece], at: Instant) -> [u8; 32] {
        let mut earlier: Vec<&Piece> =
            pieces.iter().filter(|piece| piece.reaches(self.month) && piece.collection.from < at).collect();
        earlier.sort_unstable_by_key(|piece| {
            let collection = &piece.collection;
            (collection.from, collection.to, collection.kind, piece.meter, collection.product_id)
        });
        let mut hash = Sha256::new();
        hash.update(FORMAT.to_be_bytes());
        hash.update(self.catalogue.vram_cap_mb.to_be_bytes());
        hash.update(self.month.begin().0.to_be_bytes());
        hash.update(self.only.unwrap_or_default());
        hash.update(at.0.to_be_bytes());
        for piece in earlier {
            let collection = &piece.collection;
            hash.update(piece.meter);
            hash.update(collection.product_id);
            hash.update([piece.product_kind as u8, collection.kind as u8]);
            hash.update(collection.from.0.to_be_bytes());
            hash.update(collection.to.0.to_be_bytes());
            hash.update(collection.sha256);
        }
        hash.finalize().into()
    }

    /// Whether a metering of these pieces may begin at a checkpoint: nothing that it rests on has changed, and time is
    /// still metered up to it.
    pub fn holds(&self, pieces: &[Piece], at: Instant, evidence: &[u8]) -> bool {
        self.end(pieces).is_some_and(|end| at <= end) && self.fingerprint(pieces, at) == *evidence
    }

    /// min(horizon, M1) of the one vCenter (metering.md §1.7).
    pub(super) fn end(&self, pieces: &[Piece]) -> Option<Instant> {
        self.coverage(pieces).into_values().next().map(|coverage| coverage.horizon.min(self.month.end()))
    }

    /// Where a metering up to `end` that begins at `begin` leaves checkpoints, in ascending order.
    pub(super) fn marks(&self, begin: Instant, end: Instant) -> Vec<Instant> {
        let midnight = end.0 - end.0.rem_euclid(DAY_MS);
        let days = DAYS_BACK.iter().rev().map(|days| Instant(midnight - days * DAY_MS));
        let mut marks: Vec<_> =
            days.chain([end]).filter(|mark| *mark > begin && *mark > self.month.begin()).collect();
        marks.dedup();
        marks
    }
}

/// Which of a unit's checkpoints to keep, given where each is in ascending order: the last, and of those at a like
/// distance from it the earliest. So a few are enough for a month, near each other at its end and wide apart before.
pub fn worth_keeping(instants: &[Instant]) -> Vec<Instant> {
    let Some(end) = instants.last() else { return Vec::new() };
    let mut kept: Vec<Instant> = Vec::new();
    let mut last_class = None;
    for at in instants {
        let days = end.0.abs_diff(at.0).cast_signed() / DAY_MS;
        let class = (at != end).then(|| DAYS_BACK.partition_point(|bound| *bound <= days));
        if last_class != Some(class) {
            kept.push(*at);
            last_class = Some(class);
        }
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_month_of_daily_ends_keeps_a_few_checkpoints_that_thin_out() {
        let hours = |hours: i64| Instant(hours * crate::time::HOUR_MS);
        let mut kept = Vec::new();
        // Every hour the end, and the last midnight.
        for hour in 1..=24 * 31 {
            kept.extend([hours(hour - hour % 24), hours(hour)]);
            kept.sort_unstable();
            kept.dedup();
            kept = worth_keeping(&kept);
            assert!(kept.len() <= DAYS_BACK.len() + 1, "{kept:?}");
            assert_eq!(kept.last(), Some(&hours(hour)));
            // Whatever an instant's distance from the end, a checkpoint before it is not much farther away.
            for back in 1..hour {
                let before = kept.iter().rev().find(|at| at.0 <= hours(hour - back).0);
                let distance = before.map_or(hour, |at| (hours(hour).0 - at.0) / crate::time::HOUR_MS);
                assert!(distance <= 2 * back + 2 * 24, "{distance} h for {back} h at {hour}: {kept:?}");
            }
        }
    }
}
