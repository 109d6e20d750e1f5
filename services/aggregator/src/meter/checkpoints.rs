//! Checkpoints of a unit: which a metering may begin at, and which it leaves for the next.

use crate::error::WorkError;
use chrono::{DateTime, Utc};
use metering::evidence::Piece;
use metering::{Beginning, Checkpoint, Metering, worth_keeping};
use platform::calendar::{instant, utc};
use schema::Tx;
use schema::checkpoints::{self, Stand};
use schema::units::UnitKey;

/// What of a unit's checkpoints holds for its evidence.
#[derive(Default)]
pub struct Standing {
    /// The latest that holds.
    pub beginning: Option<Beginning>,
    /// The instant from which on rows may differ from those of the last version; none from scratch.
    pub begin: Option<DateTime<Utc>>,
    /// All that hold.
    held: Vec<Stand>,
}

impl Standing {
    /// Compares each with the pieces. Most of what an old one rests on has not changed when new evidence comes late: one
    /// before it holds then.
    pub fn of(
        tx: &mut Tx<'_>,
        key: &UnitKey,
        metering: &Metering<'_>,
        pieces: &[Piece],
    ) -> Result<Self, WorkError> {
        let mut held = checkpoints::of_unit(tx, key)?;
        held.retain(|stand| metering.holds(pieces, instant(stand.at), &stand.evidence));
        let Some(latest) = held.first() else { return Ok(Self::default()) };
        let Some(state) = checkpoints::state(tx, key, latest.at)? else { return Ok(Self::default()) };
        match Checkpoint::read(instant(latest.at), &state) {
            Ok(beginning) => Ok(Self { beginning: Some(beginning), begin: Some(latest.at), held }),
            Err(error) => {
                tracing::error!(%error, "metering from scratch");
                Ok(Self::default())
            }
        }
    }

    /// Stores what the metering left, and deletes what holds no more or is too near to another.
    pub fn replace(&self, tx: &mut Tx<'_>, key: &UnitKey, left: &[Checkpoint]) -> Result<(), WorkError> {
        let mut stands: Vec<Stand> = self.held.iter().cloned().chain(left.iter().map(stand)).collect();
        stands.sort_unstable();
        stands.dedup();
        let instants: Vec<_> = stands.iter().map(|stand| instant(stand.at)).collect();
        let kept = worth_keeping(&instants);
        stands.retain(|stand| kept.contains(&instant(stand.at)));
        checkpoints::keep_only(tx, key, &stands)?;
        for checkpoint in left.iter().filter(|checkpoint| kept.contains(&checkpoint.at)) {
            checkpoints::add(tx, key, &stand(checkpoint), &checkpoint.state)?;
        }
        Ok(())
    }
}

fn stand(checkpoint: &Checkpoint) -> Stand {
    Stand { at: utc(checkpoint.at), evidence: checkpoint.evidence.to_vec() }
}
