//! Texts kept once: names, morefs, orgs and licence keys repeat in every census, so the timeline carries a
//! four-byte symbol for each.

use hashbrown::{DefaultHashBuilder, HashTable, hash_table::Entry};
use serde::{Deserialize, Serialize};
use std::hash::BuildHasher;

/// A text of a [`Symbols`] table. Equal symbols of one table are equal texts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Symbol(u32);

/// The table of texts, each stored once, one behind the other.
#[derive(Default)]
pub struct Symbols {
    text: String,
    ends: Vec<usize>,
    index: HashTable<u32>,
    hasher: DefaultHashBuilder,
}

impl Symbol {
    /// The symbol of the text that a table holds at this place.
    pub fn numbered(place: usize) -> Self {
        Self(u32::try_from(place).unwrap_or(u32::MAX))
    }
}

impl Symbols {
    /// The symbol of `text`, made when it is new.
    pub fn intern(&mut self, text: &str) -> Symbol {
        let Self { text: all, ends, index, hasher } = self;
        let hash = hasher.hash_one(text);
        let same = |&candidate: &u32| slice(all, ends, candidate) == text;
        let rehash = |&candidate: &u32| hasher.hash_one(slice(all, ends, candidate));
        match index.entry(hash, same, rehash) {
            Entry::Occupied(found) => Symbol(*found.get()),
            Entry::Vacant(gap) => {
                let symbol = Symbol::numbered(ends.len());
                gap.insert(symbol.0);
                all.push_str(text);
                ends.push(all.len());
                symbol
            }
        }
    }

    /// The text behind a symbol of this table.
    pub fn text(&self, symbol: Symbol) -> &str {
        slice(&self.text, &self.ends, symbol.0)
    }
}

fn slice<'t>(text: &'t str, ends: &[usize], symbol: u32) -> &'t str {
    let at = symbol as usize;
    let begin = at.checked_sub(1).and_then(|before| ends.get(before)).copied().unwrap_or(0);
    let end = ends.get(at).copied().unwrap_or(begin);
    text.get(begin..end).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_texts_share_a_symbol() {
        let mut symbols = Symbols::default();
        let (empty, host, again) = (symbols.intern(""), symbols.intern("host-1"), symbols.intern("host-1"));
        assert_eq!(host, again);
        assert_ne!(host, empty);
        assert_eq!((symbols.text(empty), symbols.text(host)), ("", "host-1"));
    }
}
