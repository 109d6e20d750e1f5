//! A unit from scratch: all evidence in force, every collection inflated and verified.

use super::Progress;
use super::files::{Checked, Reading};
use super::finding::{Finding, Findings, What};
use crate::error::WorkError;
use crate::meter::StoredFiles;
use metering::evidence::{Piece, on_time};
use metering::{Catalogue, Limits, Metering, PieceError, ReadError, Sources, Timeline};
use platform::calendar::{instant, month_of};
use schema::evidence::InForce;
use schema::units::UnitKey;
use std::fs::File;
use std::io::ErrorKind;

/// What a unit's evidence comes to.
pub struct Folded {
    /// None when it can no longer be read, which is a finding.
    pub timeline: Option<Timeline>,
    pub findings: Findings,
}

/// What lateness is judged by, and the bounds of reading.
pub struct Rules {
    pub deadline_ms: i64,
    pub limits: Limits,
}

/// Folds; it blocks.
pub fn fold(
    reading: &Reading,
    checked: &Checked,
    rules: &Rules,
    key: UnitKey,
    mut evidence: Vec<InForce>,
) -> Result<Folded, WorkError> {
    let month = month_of(key.month);
    // As metering does (metering.md §5).
    evidence.retain(|row| on_time(month, instant(row.from_at), instant(row.received_at), rules.deadline_ms));
    let mut findings = Findings::default();
    checked.check(reading, &evidence, &mut findings)?;
    let mut files = StoredFiles::new(reading.store.clone());
    let pieces: Vec<Piece> = evidence.iter().map(|row| files.piece(row)).collect::<Result<_, _>>()?;
    let catalogue = Catalogue::default();
    let metering =
        Metering { month, catalogue: &catalogue, limits: &rules.limits, only: Some(key.vcenter_id) };
    let mut read = 0;
    let each = || {
        read += 1;
        (reading.told)(Progress::Collections(read, pieces.len()));
    };
    let sources = Stoppable { files, reading };
    match metering.run(&sources, &pieces, each) {
        Ok(timeline) => Ok(Folded { timeline: Some(timeline), findings }),
        Err(error) => {
            let file = sources.files.name(error.source_index).map(hex::encode).unwrap_or_default();
            findings.push(lost(&file, error)?);
            Ok(Folded { timeline: None, findings })
        }
    }
}

/// Evidence that changed is a finding; a store that cannot be read is a failure.
fn lost(file: &str, error: PieceError) -> Result<Finding, WorkError> {
    let reason = match &error.error {
        ReadError::Refused(refusals) => refusals.to_string(),
        ReadError::Io(io) => match io.kind() {
            ErrorKind::NotFound => "its file is not in the store".to_owned(),
            ErrorKind::UnexpectedEof | ErrorKind::InvalidData => io.to_string(),
            _ => return Err(WorkError::Evidence(error)),
        },
    };
    let registered = Some("the bytes that were registered".to_owned());
    Ok(Finding::whole(What::Collection, format!("in file {file}"), Some(reason), registered))
}

/// Files that are no longer opened once the stop was asked for.
struct Stoppable<'r> {
    files: StoredFiles,
    reading: &'r Reading,
}

impl Sources for Stoppable<'_> {
    type File = File;

    fn open(&self, source: usize) -> std::io::Result<File> {
        self.reading.go_on()?;
        self.files.open(source)
    }
}
