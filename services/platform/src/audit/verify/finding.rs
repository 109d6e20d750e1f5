//! What is wrong with a chain.

use std::fmt;
use uuid::Uuid;

/// Something that no work of the service leaves behind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// Whose chain.
    pub organization_id: Uuid,
    /// Of the link or head, where there is one.
    pub sequence: Option<i64>,
    /// Of the entry, where it is known.
    pub entry_id: Option<Uuid>,
    /// What is wrong.
    pub fault: Fault,
}

/// What is wrong.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// The entry, or the link, or its place is not what it was.
    #[error("the hash does not follow from the entry and the hash before it")]
    Altered,
    /// The entry of a link is gone.
    #[error("the entry is gone")]
    EntryGone,
    /// Links are gone.
    #[error("links are gone from here to the next, {next}")]
    Gap {
        /// The next one that is there.
        next: i64,
    },
    /// Links are gone from the end.
    #[error("a head was published here, and the chain ends at {end}")]
    Truncated {
        /// The last link that is there.
        end: i64,
    },
    /// The chain was rewritten.
    #[error("the hash is not the one that was published")]
    NotAsPublished,
    /// Heads are gone from the end, or the whole file.
    #[error("a head was published here or after, and the last one there is {last_published}")]
    Unpublished {
        /// The last head that is there; 0 for none.
        last_published: i64,
    },
    /// A forged head, or one whose key is no longer configured.
    #[error("line {line} of the heads is signed by no known key")]
    Unsigned {
        /// From 1.
        line: u64,
    },
    /// Heads are gone, or were put elsewhere.
    #[error("this head does not follow the one before it, {last}")]
    HeadOutOfOrder {
        /// The head before it; 0 for none.
        last: i64,
    },
    /// A head was copied here.
    #[error("this head is of another organization")]
    ForeignHead,
    /// The sealer does not work.
    #[error("the entry waits for its seal for more than a minute")]
    Unsealed,
    /// No sealer will come for it.
    #[error("the entry has no seal and waits for none")]
    Forgotten,
}

impl Finding {
    /// About a place of a chain.
    pub const fn at(organization_id: Uuid, sequence: i64, fault: Fault) -> Self {
        Self { organization_id, sequence: Some(sequence), entry_id: None, fault }
    }
}

/// One line, which always names the three in this order.
impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sequence = self.sequence.map_or_else(|| "-".to_owned(), |sequence| sequence.to_string());
        let entry = self.entry_id.map_or_else(|| "-".to_owned(), |id| id.to_string());
        write!(f, "organization {} sequence {sequence} entry {entry}: {}", self.organization_id, self.fault)
    }
}
