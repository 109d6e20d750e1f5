//! Why a file was refused, and where (usage-data.md §4).

use std::fmt;

use serde::{Deserialize, Serialize};

/// The stable code of a refusal; its printed and its JSON form are those of usage-data.md §4.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Code {
    /// Not a ZIP, or none that begins with a manifest of this format.
    NotUsageData,
    /// A format version other than 1.
    VersionUnsupported,
    /// A manifest that breaks usage-data.md §2.
    ManifestInvalid,
    /// An archive that breaks usage-data.md §1, is cut short or damaged.
    ArchiveInvalid,
    /// A limit of usage-data.md §1; the message names it.
    LimitExceeded,
    /// The manifest's `records`, `bytes` or `sha256` do not describe the entry.
    DigestMismatch,
    /// A line that usage-data.md §3 forbids.
    RecordInvalid,
    /// The meter has a registered key and the file no signature.
    SignatureMissing,
    /// The signature does not fit the manifest and the registered key.
    SignatureInvalid,
    /// The uploader's organization has no such meter.
    MeterUnknown,
    /// A collection ends more than 15 minutes after the service's clock.
    FromTheFuture,
}

impl Code {
    /// The code as it is printed, such as `archive-invalid`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::NotUsageData => "not-usage-data",
            Self::VersionUnsupported => "version-unsupported",
            Self::ManifestInvalid => "manifest-invalid",
            Self::ArchiveInvalid => "archive-invalid",
            Self::LimitExceeded => "limit-exceeded",
            Self::DigestMismatch => "digest-mismatch",
            Self::RecordInvalid => "record-invalid",
            Self::SignatureMissing => "signature-missing",
            Self::SignatureInvalid => "signature-invalid",
            Self::MeterUnknown => "meter-unknown",
            Self::FromTheFuture => "from-the-future",
        }
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// One reason for which a file is refused.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
pub struct Refusal {
    /// The stable code.
    pub code: Code,
    /// A sentence for people: what was expected, what was found.
    pub message: String,
    /// The archive entry, where the reason lies in one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// The line of the entry, counted from 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line: Option<u64>,
    /// The JSON field, such as `memory_mb` or `collections[3].from`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub field: Option<String>,
}

impl Refusal {
    /// A refusal without a position.
    pub fn new(code: Code, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), path: None, line: None, field: None }
    }

    /// The same, in the entry `path`.
    #[must_use]
    pub fn at_path(self, path: impl Into<String>) -> Self {
        Self { path: Some(path.into()), ..self }
    }

    /// The same, on line `line` (from 1).
    #[must_use]
    pub fn at_line(self, line: u64) -> Self {
        Self { line: Some(line), ..self }
    }

    /// The same, in the JSON field `field`.
    #[must_use]
    pub fn at_field(self, field: impl Into<String>) -> Self {
        Self { field: Some(field.into()), ..self }
    }
}

impl fmt::Display for Refusal {
    /// `record-invalid: <path>, line 7, memory_mb: <message>`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: ", self.code)?;
        let mut separator = "";
        if let Some(path) = &self.path {
            write!(f, "{path}")?;
            separator = ", ";
        }
        if let Some(line) = self.line {
            write!(f, "{separator}line {line}")?;
            separator = ", ";
        }
        if let Some(field) = &self.field {
            write!(f, "{separator}{field}")?;
            separator = ", ";
        }
        let colon = if separator.is_empty() { "" } else { ": " };
        write!(f, "{colon}{}", self.message)
    }
}

/// The reasons for which a file is refused, in the order in which they were found: at most [`Refusals::MAX`].
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refusals(Vec<Refusal>);

impl Refusals {
    /// So many are collected, then reading stops (usage-data.md §4).
    pub const MAX: usize = 100;

    /// None yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds one and says whether to go on reading. A refusal beyond [`Refusals::MAX`] is dropped.
    pub fn push(&mut self, refusal: Refusal) -> bool {
        if !self.is_full() {
            self.0.push(refusal);
        }
        !self.is_full()
    }

    /// Whether reading stops here.
    pub fn is_full(&self) -> bool {
        self.0.len() >= Self::MAX
    }

    /// Whether nothing was refused.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The refusals in the order in which they were found.
    pub fn as_slice(&self) -> &[Refusal] {
        &self.0
    }

    /// The refusals, to keep or to send.
    pub fn into_vec(self) -> Vec<Refusal> {
        self.0
    }

    /// `value` when nothing was refused, otherwise the refusals.
    pub fn into_result<T>(self, value: T) -> Result<T, Self> {
        if self.is_empty() { Ok(value) } else { Err(self) }
    }
}

impl From<Refusal> for Refusals {
    fn from(refusal: Refusal) -> Self {
        Self(vec![refusal])
    }
}

impl fmt::Display for Refusals {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, refusal) in self.0.iter().enumerate() {
            let separator = if index == 0 { "" } else { "\n" };
            write!(f, "{separator}{refusal}")?;
        }
        Ok(())
    }
}

impl std::error::Error for Refusals {}

/// Why reading ended without a result.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// The bytes could not be had: the file says nothing about itself, so another try may succeed.
    #[error("the file could not be read: {0}")]
    Io(#[from] std::io::Error),
    /// The file breaks the format; another try ends the same way.
    #[error("{0}")]
    Refused(Refusals),
}

impl From<Refusals> for ReadError {
    fn from(refusals: Refusals) -> Self {
        Self::Refused(refusals)
    }
}

impl From<Refusal> for ReadError {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal.into())
    }
}

/// At most 40 characters of a foreign text in quotation marks, with everything unprintable escaped.
pub(crate) fn quoted(text: &str) -> String {
    const SHOWN_CHARS: usize = 40;
    let head: String = text.chars().take(SHOWN_CHARS).collect();
    let more = if head.len() < text.len() { "…" } else { "" };
    format!("{head:?}{more}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_print_as_they_serialize() {
        for code in [Code::NotUsageData, Code::ManifestInvalid, Code::FromTheFuture, Code::LimitExceeded] {
            assert_eq!(serde_json::to_value(code).unwrap(), code.as_str());
        }
    }

    #[test]
    fn a_refusal_prints_its_position() {
        let bare = Refusal::new(Code::RecordInvalid, "no.");
        assert_eq!(bare.to_string(), "record-invalid: no.");
        let placed = bare.at_path("a/b").at_line(7).at_field("memory_mb");
        assert_eq!(placed.to_string(), "record-invalid: a/b, line 7, memory_mb: no.");
    }

    #[test]
    fn a_hundred_are_collected() {
        let mut refusals = Refusals::new();
        let refusal = || Refusal::new(Code::RecordInvalid, "no.");
        for _ in 0..Refusals::MAX - 1 {
            assert!(refusals.push(refusal()));
        }
        assert!(!refusals.push(refusal()));
        assert!(!refusals.push(refusal()));
        assert_eq!(refusals.as_slice().len(), 100);
    }

    #[test]
    fn foreign_text_is_cut_and_escaped() {
        assert_eq!(quoted("a\nb"), r#""a\nb""#);
        assert_eq!(quoted(&"é".repeat(41)).chars().count(), 43);
    }
}
