//! What differs, where, and how.

use serde::Serialize;
use std::fmt;

/// Findings that are kept of a unit or a month; those beyond are counted.
const KEPT_MAX: usize = 1_000;
/// Characters of a value: names come from meters, and rows have many.
const VALUE_CHARS: usize = 200;

/// The kind of thing that differs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum What {
    /// A stored file is not the one that its name says, or is not there.
    File,
    /// A collection is no longer what was verified.
    Collection,
    /// Whether the unit is in reports.
    Unit,
    /// Its newest version: horizon, coverage, counts.
    Version,
    /// A VM History row.
    Row,
    /// A sum by meter and line.
    Total,
    /// The newest revision of the month's report as a whole.
    Revision,
    /// A unit version that the revision is composed of.
    RevisionUnit,
    /// A line of the revision.
    Line,
}

impl What {
    const fn as_str(self) -> &'static str {
        match self {
            Self::File => "file",
            Self::Collection => "collection",
            Self::Unit => "unit",
            Self::Version => "version",
            Self::Row => "row",
            Self::Total => "total",
            Self::Revision => "revision",
            Self::RevisionUnit => "revision unit",
            Self::Line => "line",
        }
    }
}

/// A difference between what is stored and what follows from the evidence.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// The kind of thing.
    pub what: What,
    /// Which of its kind.
    pub place: String,
    /// The column of it; none for the whole.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub column: Option<&'static str>,
    /// As stored; none for what is not there.
    pub stored: Option<String>,
    /// As it follows from the evidence; none for what should not be there.
    pub recomputed: Option<String>,
}

impl Finding {
    /// Of a thing as a whole.
    pub(super) fn whole(
        what: What,
        place: impl fmt::Display,
        stored: Option<String>,
        recomputed: Option<String>,
    ) -> Self {
        let cut = |value: Option<String>| value.map(|value| cut(&value));
        Self {
            what,
            place: place.to_string(),
            column: None,
            stored: cut(stored),
            recomputed: cut(recomputed),
        }
    }

    /// Of one column.
    pub(super) fn column(
        what: What,
        place: impl fmt::Display,
        column: &'static str,
        stored: String,
        recomputed: String,
    ) -> Self {
        Self { column: Some(column), ..Self::whole(what, place, Some(stored), Some(recomputed)) }
    }
}

fn cut(value: &str) -> String {
    let head: String = value.chars().take(VALUE_CHARS).collect();
    if head.len() < value.len() { format!("{head}…") } else { head }
}

impl fmt::Display for Finding {
    /// `row vm … from …, memory_mb: stored 4096, recomputed 2048`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.what.as_str())?;
        if !self.place.is_empty() {
            write!(f, " {}", self.place)?;
        }
        if let Some(column) = self.column {
            write!(f, ", {column}")?;
        }
        let value = |value: &Option<String>| match value {
            // Names come from meters: no line of theirs shall look like one of ours.
            Some(value) => value.escape_debug().to_string(),
            None => "nothing".to_owned(),
        };
        write!(f, ": stored {}, recomputed {}", value(&self.stored), value(&self.recomputed))
    }
}

/// The first findings, and how many there are.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Findings {
    kept: Vec<Finding>,
    count: u64,
}

impl Findings {
    /// Adds one; beyond a bound it is only counted.
    pub(super) fn push(&mut self, finding: Finding) {
        self.count += 1;
        if self.kept.len() < KEPT_MAX {
            self.kept.push(finding);
        }
    }

    /// Adds those of another part.
    pub(super) fn extend(&mut self, other: Self) {
        self.count += other.count;
        self.kept.extend(other.kept);
        self.kept.truncate(KEPT_MAX);
    }

    /// The first of them, in the order in which they were found.
    pub fn kept(&self) -> &[Finding] {
        &self.kept
    }

    /// How many there are.
    pub const fn count(&self) -> u64 {
        self.count
    }
}
