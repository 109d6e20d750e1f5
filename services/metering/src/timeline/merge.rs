//! Pieces merged into the order of metering.md §1.4, decoded no earlier than their first instant is due.

use super::decode::Entry;
use crate::evidence::Piece;
use crate::manifest::CollectionKind;
use crate::time::Instant;
use hashbrown::HashMap;
use std::cmp::Reverse;
use std::collections::BinaryHeap;

/// The pieces, waiting or being merged.
pub(super) struct Merge<'p> {
    /// Latest `from` first, so that the next due one is popped from the end. The number ranks pieces at one
    /// instant: events before inventory, then by `from`, `to` and meter.
    waiting: Vec<(u32, &'p Piece)>,
    /// The next instant and rank of every piece being merged.
    due: BinaryHeap<Reverse<(Instant, u32)>>,
    batches: HashMap<u32, Batch<'p>>,
}

struct Batch<'p> {
    piece: &'p Piece,
    entries: Vec<Entry>,
    applied: usize,
}

/// All statements of one piece at one instant, in the order of their lines.
pub(super) struct Run<'m> {
    pub at: Instant,
    pub piece: &'m Piece,
    pub entries: &'m [Entry],
}

impl<'p> Merge<'p> {
    pub fn new(mut pieces: Vec<&'p Piece>) -> Self {
        // Objects belong to one product, so the product's place in the order decides nothing but repeatability.
        pieces.sort_by_key(|piece| {
            let collection = &piece.collection;
            (collection.kind, collection.from, collection.to, piece.meter, collection.product_id)
        });
        let mut waiting: Vec<_> = (0_u32..).zip(pieces).collect();
        waiting.sort_by_key(|(rank, piece)| Reverse((piece.collection.from, *rank)));
        Self { waiting, due: BinaryHeap::new(), batches: HashMap::new() }
    }

    /// A piece to be decoded and [started](Self::start) before the next run: its first instant is due.
    pub fn due(&mut self) -> Option<(u32, &'p Piece)> {
        let (_, piece) = self.waiting.last()?;
        let first = self.due.peek().is_none_or(|Reverse((at, _))| piece.collection.from <= *at);
        if first { self.waiting.pop() } else { None }
    }

    /// Takes a decoded piece in. A census counts also when it lists nothing; events without a statement do not.
    pub fn start(&mut self, rank: u32, piece: &'p Piece, entries: Vec<Entry>) {
        let first = match piece.collection.kind {
            CollectionKind::Inventory => Some(piece.collection.from),
            CollectionKind::Events => entries.first().map(|entry| entry.at),
        };
        if let Some(at) = first {
            self.due.push(Reverse((at, rank)));
            self.batches.insert(rank, Batch { piece, entries, applied: 0 });
        }
    }

    /// The next run in order, once nothing is [due](Self::due) any more.
    pub fn next(&mut self) -> Option<Run<'_>> {
        let Reverse((at, rank)) = self.due.pop()?;
        // What is behind this instant is wholly applied: its bytes make room.
        self.batches.retain(|other, batch| *other == rank || batch.applied < batch.entries.len().max(1));
        let batch = self.batches.get_mut(&rank)?;
        let rest = batch.entries.get(batch.applied..).unwrap_or_default();
        let length = rest.iter().take_while(|entry| entry.at == at).count();
        if let Some(entry) = rest.get(length) {
            self.due.push(Reverse((entry.at, rank)));
        }
        batch.applied = (batch.applied + length).max(1);
        Some(Run { at, piece: batch.piece, entries: rest.get(..length).unwrap_or_default() })
    }
}
