//! Along a chain, link by link.

use schema::audit::{Entry, Seal};
use std::iter::Peekable;
use std::vec::IntoIter;
use uuid::Uuid;

use super::{Fault, Finding};
use crate::audit::chain::{self, BEFORE_FIRST, Hash};

/// Where one stands in a chain.
pub struct Walk {
    organization_id: Uuid,
    /// Of the last link seen.
    sequence: i64,
    /// Of the last link seen; none where links are gone.
    hash: Option<Vec<u8>>,
    /// Those still to come, in order.
    heads: Peekable<IntoIter<(i64, Hash)>>,
    count: u64,
    findings: Vec<Finding>,
}

impl Walk {
    /// At the beginning; the heads are in order.
    pub fn new(organization_id: Uuid, heads: Vec<(i64, Hash)>) -> Self {
        let hash = Some(BEFORE_FIRST.to_vec());
        let heads = heads.into_iter().peekable();
        Self { organization_id, sequence: 0, hash, heads, count: 0, findings: Vec::new() }
    }

    /// Of the last link seen.
    pub const fn sequence(&self) -> i64 {
        self.sequence
    }

    /// Entries seen.
    pub const fn count(&self) -> u64 {
        self.count
    }

    /// The next link, and its entry if that is still there. What is wrong with one is not held against the next.
    pub fn take(&mut self, seal: &Seal, entry: Option<&Entry>) {
        let next = seal.sequence;
        if next != self.sequence + 1 {
            self.findings.push(Finding::at(self.organization_id, self.sequence + 1, Fault::Gap { next }));
            self.hash = None;
        }
        match (entry, &self.hash) {
            (None, _) => self.find(seal, Fault::EntryGone),
            (Some(entry), Some(before)) if chain::hash(before, entry)[..] != seal.hash[..] => {
                self.find(seal, Fault::Altered);
            }
            (Some(_), _) => {}
        }
        while let Some((sequence, hash)) = self.heads.next_if(|(sequence, _)| *sequence <= next) {
            if sequence == next && hash[..] != seal.hash[..] {
                self.find(seal, Fault::NotAsPublished);
            }
        }
        self.count += u64::from(entry.is_some());
        self.sequence = next;
        self.hash = Some(seal.hash.clone());
    }

    fn find(&mut self, seal: &Seal, fault: Fault) {
        let (sequence, entry_id) = (Some(seal.sequence), Some(seal.entry_id));
        self.findings.push(Finding { organization_id: self.organization_id, sequence, entry_id, fault });
    }

    /// At the end: everything that is wrong.
    pub fn end(mut self) -> Vec<Finding> {
        if let Some((sequence, _)) = self.heads.last() {
            let fault = Fault::Truncated { end: self.sequence };
            self.findings.push(Finding::at(self.organization_id, sequence, fault));
        }
        self.findings
    }
}
