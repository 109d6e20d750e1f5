//! Whether the stored files are those that their names say.

use super::finding::{Finding, Findings, What};
use super::{Progress, Told};
use crate::error::WorkError;
use crate::stored::digest;
use platform::stop::Stop;
use platform::store::{Digest, Store, StoreError};
use schema::evidence::InForce;
use sha2::{Digest as _, Sha256};
use std::collections::{BTreeSet, HashMap};
use std::io::{ErrorKind, Read};
use std::sync::Mutex;

/// Read at once.
const CHUNK_BYTES: usize = 256 << 10;

/// What became of a file's digest.
#[derive(Debug, Clone, PartialEq, Eq)]
enum State {
    Whole,
    Missing,
    Other(Digest),
}

/// The files that were hashed.
#[derive(Default)]
pub struct Checked(Mutex<HashMap<Digest, State>>);

/// What hashing and folding need.
pub struct Reading {
    pub store: Store,
    pub stop: Stop,
    pub told: Told,
}

impl Reading {
    /// An error once the stop was asked for: a month of files takes longer than a stop may.
    pub fn go_on(&self) -> std::io::Result<()> {
        if self.stop.is_stopped() { Err(std::io::Error::other("told to stop")) } else { Ok(()) }
    }
}

impl Checked {
    /// Hashes the files that hold this evidence, unless that was done before.
    pub fn check(
        &self,
        reading: &Reading,
        evidence: &[InForce],
        findings: &mut Findings,
    ) -> Result<(), WorkError> {
        let files: BTreeSet<Digest> =
            evidence.iter().map(|row| digest(&row.file_sha256)).collect::<Result<_, _>>()?;
        let count = files.len();
        for (done, name) in files.into_iter().enumerate() {
            (reading.told)(Progress::Files(done, count));
            let named = hex::encode(name);
            match self.state(reading, name)? {
                State::Whole => {}
                State::Missing => {
                    findings.push(Finding::whole(What::File, &named, None, Some(named.clone())));
                }
                State::Other(other) => {
                    let (stored, name) = (Some(hex::encode(other)), Some(named.clone()));
                    findings.push(Finding::whole(What::File, &named, stored, name));
                }
            }
        }
        Ok(())
    }

    fn state(&self, reading: &Reading, name: Digest) -> Result<State, WorkError> {
        let known = || self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        if let Some(state) = known().get(&name) {
            return Ok(state.clone());
        }
        let state = hash(reading, name)?;
        known().insert(name, state.clone());
        Ok(state)
    }
}

fn hash(reading: &Reading, name: Digest) -> Result<State, WorkError> {
    let mut file = match reading.store.open(&name) {
        // Also where the whole store is away: then nothing may be said of the file.
        Err(StoreError::NotFound) => {
            reading.store.check_holds_files()?;
            return Ok(State::Missing);
        }
        file => file?,
    };
    let (mut hash, mut chunk) = (Sha256::new(), vec![0; CHUNK_BYTES]);
    loop {
        reading.go_on()?;
        match file.read(&mut chunk) {
            Ok(0) => break,
            Ok(length) => hash.update(chunk.get(..length).unwrap_or_default()),
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return Err(error.into()),
        }
    }
    let found: Digest = hash.finalize().into();
    Ok(if found == name { State::Whole } else { State::Other(found) })
}
