//! A month from files alone: every meter in production, every file on time, files in the order of receipt.

use crate::archive::ReadAt;
use crate::catalogue::Catalogue;
use crate::evidence::Piece;
use crate::file::{UsageFile, inflate};
use crate::kinds::keeps_kinds;
use crate::limits::Limits;
use crate::manifest::{CollectionKind, ProductKind};
use crate::record::records;
use crate::refusal::ReadError;
use crate::time::{Instant, Month};
use crate::timeline::{Metering, PieceError, Timeline};
use hashbrown::HashMap;
use hashbrown::hash_map::Entry;
use std::collections::BTreeMap;
use uuid::Uuid;

/// How far a computation has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    /// Collections read.
    pub done: usize,
    /// Collections to read.
    pub all: usize,
}

/// What a computation made of its files.
pub struct Computed {
    /// Rows, spans, sums and coverage.
    pub timeline: Timeline,
    /// Collections skipped because an earlier file holds them with the same content.
    pub duplicates: usize,
    /// Collections not used because an earlier file holds them with other content.
    pub conflicts: usize,
}

/// (meter, product, kind, from, to): usage-data.md §2.
type Identity = (Uuid, Uuid, CollectionKind, Instant, Instant);

/// What one file adds to those before it.
#[derive(Default)]
struct Evidence {
    kinds: HashMap<Uuid, ProductKind>,
    in_force: HashMap<Identity, [u8; 32]>,
    pieces: Vec<Piece>,
    /// Not in force, but a file is accepted or refused as a whole: each content once.
    conflicting: BTreeMap<(Identity, [u8; 32]), Piece>,
    conflicts: usize,
    duplicates: usize,
}

/// Meters `month` from `files`. A refused file fails the whole, as its content must change nothing.
pub fn compute<R: ReadAt>(
    month: Month,
    files: &[R],
    limits: &Limits,
    mut progress: impl FnMut(Progress),
) -> Result<Computed, PieceError> {
    let mut evidence = Evidence::default();
    for (source, file) in files.iter().enumerate() {
        let file =
            UsageFile::open(file, limits).map_err(|error| PieceError { source_index: source, error })?;
        evidence.add(source, file).map_err(|error| PieceError { source_index: source, error })?;
    }
    let Evidence { pieces, conflicting, conflicts, duplicates, .. } = evidence;
    let (metered, other): (Vec<_>, Vec<_>) = pieces.into_iter().partition(|piece| piece.reaches(month));
    let mut state = Progress { done: 0, all: metered.len() + other.len() + conflicting.len() };
    let mut step = || {
        state.done += 1;
        progress(state);
    };
    let mut buffer = Vec::new();
    for piece in other.iter().chain(conflicting.values()) {
        verify(piece, files, limits, &mut buffer)
            .map_err(|error| PieceError { source_index: piece.source, error })?;
        step();
    }
    let metering = Metering { month, catalogue: &Catalogue::default(), limits, only: None };
    let timeline = metering.run(&files, &metered, step)?;
    Ok(Computed { timeline, duplicates, conflicts })
}

impl Evidence {
    fn add(&mut self, source: usize, file: UsageFile) -> Result<(), ReadError> {
        let UsageFile { manifest, locations, .. } = file;
        keeps_kinds(&manifest, |product| self.kinds.get(&product).copied())?;
        self.kinds.extend(manifest.products.iter().map(|product| (product.id, product.kind)));
        for (collection, location) in manifest.collections.into_iter().zip(locations) {
            let Some(product_kind) = self.kinds.get(&collection.product_id).copied() else { continue };
            let meter = manifest.meter_id;
            let identity = (meter, collection.product_id, collection.kind, collection.from, collection.to);
            let sha256 = collection.sha256;
            let piece = Piece { source, location, meter, product_kind, collection };
            match self.in_force.entry(identity) {
                Entry::Vacant(gap) => {
                    gap.insert(sha256);
                    self.pieces.push(piece);
                }
                Entry::Occupied(first) if *first.get() == sha256 => self.duplicates += 1,
                Entry::Occupied(_) => {
                    self.conflicts += 1;
                    self.conflicting.entry((identity, sha256)).or_insert(piece);
                }
            }
        }
        Ok(())
    }
}

/// Checks a collection's digests and records without using them.
fn verify<R: ReadAt>(
    piece: &Piece,
    files: &[R],
    limits: &Limits,
    buffer: &mut Vec<u8>,
) -> Result<(), ReadError> {
    let file = files.get(piece.source).ok_or_else(|| std::io::Error::other("no such source"))?;
    inflate(file, &piece.location, &piece.collection, limits, buffer)?;
    records(buffer, &piece.collection, piece.product_kind, limits, |_| {})?;
    Ok(())
}
