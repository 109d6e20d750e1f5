//! The timeline of vCenters through a month (metering.md §1, §2): evidence is decoded collection by collection,
//! merged in the order of §1.4, applied instant by instant, and each VM that an instant touched is evaluated
//! once. Memory follows the number of objects and rows, not of records.

mod checkpoint;
mod claims;
mod decode;
mod hosts;
mod merge;
mod result;
mod slots;
mod spans;
mod state;
mod tally;
mod vcenter;
mod world;

pub use checkpoint::{Beginning, Checkpoint, Continued, UnreadableCheckpoint, worth_keeping};
pub use result::{ClusterSpan, Timeline, VcenterTimeline};

use crate::archive::ReadAt;
use crate::catalogue::Catalogue;
use crate::evidence::{self, Coverage, Piece};
use crate::limits::Limits;
use crate::refusal::ReadError;
use crate::time::{Instant, Month};
use merge::Merge;
use std::collections::BTreeMap;
use uuid::Uuid;
use world::World;

/// Where pieces are read from; [`Piece::source`] is the index.
pub trait Sources {
    /// A source opened for reading.
    type File: ReadAt;
    /// Opens a source.
    fn open(&self, source: usize) -> std::io::Result<Self::File>;
}

impl<'s, R: ReadAt> Sources for &'s [R] {
    type File = &'s R;
    fn open(&self, source: usize) -> std::io::Result<&'s R> {
        self.get(source).ok_or_else(|| std::io::Error::other("no such source"))
    }
}

/// A piece that could not be read as what it was registered.
#[derive(Debug, thiserror::Error)]
#[error("source {source_index}: {error}")]
pub struct PieceError {
    /// Of the sources.
    pub source_index: usize,
    /// Why.
    pub error: ReadError,
}

/// Meters `month` from the pieces in force.
pub struct Metering<'m> {
    /// The month.
    pub month: Month,
    /// What the operator may change with a date.
    pub catalogue: &'m Catalogue,
    /// Bounds on what is read.
    pub limits: &'m Limits,
    /// One vCenter alone; `None` for all that the pieces are about.
    pub only: Option<Uuid>,
}

impl Metering<'_> {
    /// Folds all pieces that reach the month; `progress` is called once a piece read.
    pub fn run<S: Sources>(
        &self,
        sources: &S,
        pieces: &[Piece],
        mut progress: impl FnMut(),
    ) -> Result<Timeline, PieceError> {
        let mut world = World::new(self.month, *self.catalogue, self.coverage(pieces));
        let mut fold = Fold { metering: self, sources, progress: &mut progress };
        fold.run(&mut world, pieces, |_, _| {})?;
        Ok(world.finish())
    }

    /// Folds what one vCenter's pieces state from a checkpoint on, and leaves others for the next time. One that
    /// does not [hold](Self::holds) gives wrong rows.
    pub fn resume<S: Sources>(
        &self,
        sources: &S,
        pieces: &[Piece],
        beginning: Option<Beginning>,
    ) -> Result<Continued, PieceError> {
        let begin = beginning.as_ref().map_or(self.month.begin(), |beginning| beginning.at);
        let marks = self.end(pieces).map_or_else(Vec::new, |end| self.marks(begin, end));
        self.resume_leaving(sources, pieces, beginning, &marks)
    }

    /// The same with checkpoints at `marks`: ascending, behind the beginning and M0, and no later than the end of what
    /// is metered.
    pub fn resume_leaving<S: Sources>(
        &self,
        sources: &S,
        pieces: &[Piece],
        beginning: Option<Beginning>,
        marks: &[Instant],
    ) -> Result<Continued, PieceError> {
        let coverage = self.coverage(pieces);
        let mut world = World::new(self.month, *self.catalogue, coverage);
        if let Some(Beginning { at, saved }) = beginning {
            world.resume(at, saved);
        }
        let mut marks = marks.iter().copied().peekable();
        let mut checkpoints = Vec::new();
        let mut leave = |world: &mut World, at| {
            if let Some(state) = world.save(at).and_then(|saved| saved.to_bytes()) {
                checkpoints.push(Checkpoint { at, evidence: self.fingerprint(pieces, at), state });
            }
        };
        let mut fold = Fold { metering: self, sources, progress: &mut || {} };
        fold.run(&mut world, pieces, |world, next| {
            while let Some(at) = marks.next_if(|mark| *mark <= next) {
                leave(world, at);
            }
        })?;
        marks.for_each(|at| leave(&mut world, at));
        Ok(Continued { timeline: world.finish(), checkpoints })
    }

    fn coverage(&self, pieces: &[Piece]) -> BTreeMap<Uuid, Coverage> {
        let mut coverage = evidence::coverage(self.month, pieces);
        coverage.retain(|vcenter, _| self.only.is_none_or(|only| only == *vcenter));
        coverage
    }
}

/// The one loop over the evidence.
struct Fold<'f, S> {
    metering: &'f Metering<'f>,
    sources: &'f S,
    progress: &'f mut dyn FnMut(),
}

impl<S: Sources> Fold<'_, S> {
    /// `before` is called with the instant of each run before it is applied.
    fn run(
        &mut self,
        world: &mut World,
        pieces: &[Piece],
        mut before: impl FnMut(&mut World, Instant),
    ) -> Result<(), PieceError> {
        let mut merge = Merge::new(pieces.iter().filter(|piece| world.wants(piece)).collect());
        loop {
            while let Some((rank, piece)) = merge.due() {
                (self.progress)();
                merge.start(rank, piece, world.decode(piece, self.sources, self.metering.limits)?);
            }
            let Some(run) = merge.next() else { return Ok(()) };
            before(world, run.at);
            world.apply(&run);
        }
    }
}
