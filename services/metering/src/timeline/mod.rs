//! The timeline of vCenters through a month (metering.md §1, §2): evidence is decoded collection by collection,
//! merged in the order of §1.4, applied instant by instant, and each VM that an instant touched is evaluated
//! once. Memory follows the number of objects and rows, not of records.

mod claims;
mod decode;
mod hosts;
mod merge;
mod result;
mod slots;
mod spans;
mod vcenter;
mod world;

pub use result::{ClusterSpan, Timeline, VcenterTimeline};

use crate::archive::ReadAt;
use crate::catalogue::Catalogue;
use crate::evidence::{self, Piece};
use crate::limits::Limits;
use crate::refusal::ReadError;
use crate::time::Month;
use merge::Merge;
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
        let mut coverage = evidence::coverage(self.month, pieces);
        coverage.retain(|vcenter, _| self.only.is_none_or(|only| only == *vcenter));
        let wanted = |piece: &&Piece| {
            piece.reaches(self.month)
                && (!piece.is_own() || coverage.contains_key(&piece.collection.product_id))
        };
        let mut merge = Merge::new(pieces.iter().filter(wanted).collect());
        let mut world = World::new(self.month, *self.catalogue, coverage.clone());
        loop {
            while let Some((rank, piece)) = merge.due() {
                progress();
                merge.start(rank, piece, world.decode(piece, sources, self.limits)?);
            }
            let Some(run) = merge.next() else { break };
            world.apply(&run);
        }
        Ok(world.finish())
    }
}
