//! A part of the file read from its front to its end, a bounded chunk at a time.

use std::ops::Range;

use super::{ReadAt, invalid};
use crate::refusal::ReadError;

/// So much is read at once.
const CHUNK_BYTES: usize = 64 * 1024;

/// The bytes of a range, in order.
#[derive(Debug)]
pub(super) struct Chunks<'s, S: ?Sized> {
    source: &'s S,
    /// What was not read yet.
    range: Range<u64>,
    /// What was read and not taken yet: `buffer[used..]`.
    buffer: Vec<u8>,
    used: usize,
}

impl<'s, S: ReadAt + ?Sized> Chunks<'s, S> {
    /// The bytes of `range` of `source`.
    pub(super) fn new(source: &'s S, range: Range<u64>) -> Self {
        Self { source, range, buffer: Vec::new(), used: 0 }
    }

    /// Whether all was taken.
    pub(super) fn is_empty(&self) -> bool {
        self.used == self.buffer.len() && self.range.is_empty()
    }

    /// What is at hand; reads the next chunk when there is nothing. Empty at the end.
    pub(super) fn fill(&mut self) -> Result<&[u8], ReadError> {
        if self.used == self.buffer.len() {
            self.more(1)?;
        }
        Ok(self.buffer.get(self.used..).unwrap_or_default())
    }

    /// Marks `count` bytes of those at hand as taken.
    pub(super) fn consume(&mut self, count: usize) {
        self.used = (self.used + count).min(self.buffer.len());
    }

    /// The next `count` bytes. The caller bounds `count`.
    pub(super) fn take(&mut self, count: usize) -> Result<&[u8], ReadError> {
        if self.buffer.len() - self.used < count {
            self.more(count)?;
        }
        let end = self.used + count;
        let bytes = self.buffer.get(self.used..end).ok_or_else(cut_short)?;
        self.used = end;
        Ok(bytes)
    }

    /// Passes over `count` bytes without reading what is not at hand.
    pub(super) fn skip(&mut self, count: u64) -> Result<(), ReadError> {
        let at_hand = (self.buffer.len() - self.used) as u64;
        if count <= at_hand {
            self.used += usize::try_from(count).unwrap_or(usize::MAX);
            return Ok(());
        }
        self.buffer.clear();
        self.used = 0;
        let start = self.range.start + (count - at_hand);
        self.range.start = start.min(self.range.end);
        if start > self.range.end { Err(cut_short()) } else { Ok(()) }
    }

    /// Reads on until at least `count` bytes are at hand or the range ends.
    fn more(&mut self, count: usize) -> Result<(), ReadError> {
        self.buffer.drain(..self.used);
        self.used = 0;
        let had = self.buffer.len();
        let left = usize::try_from(self.range.end - self.range.start).unwrap_or(usize::MAX);
        let wanted = count.max(CHUNK_BYTES).saturating_sub(had).min(left);
        self.buffer.resize(had + wanted, 0);
        if let Some(fresh) = self.buffer.get_mut(had..) {
            self.source.read_exact_at(self.range.start, fresh)?;
        }
        self.range.start += wanted as u64;
        Ok(())
    }
}

#[cold]
fn cut_short() -> ReadError {
    invalid("the central directory is shorter than its entries").into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_come_in_order_however_they_are_taken() {
        let bytes: Vec<u8> = (0..200_000_u32).map(|index| (index % 251) as u8).collect();
        let mut chunks = Chunks::new(bytes.as_slice(), 10..199_990);
        let mut at = 10;
        for (count, skip) in [(1, 0), (65_000, 3), (65_535, 60_000), (46, 9_000)] {
            assert_eq!(chunks.take(count).unwrap(), &bytes[at..at + count]);
            chunks.skip(skip).unwrap();
            at += count + usize::try_from(skip).unwrap();
        }
        let rest = 199_990 - at;
        assert!(!chunks.is_empty());
        assert!(chunks.take(rest).is_ok());
        assert!(chunks.is_empty());
        assert!(chunks.take(1).is_err());
        assert!(chunks.skip(1).is_err());
    }
}
