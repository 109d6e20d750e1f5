//! Heads of chains, published outside of the database: whoever rewrites a chain cannot rewrite these.
//!
//! An organization's heads lie in `<folder>/<organization_id>.jws`, a line each: a JWS under Ed25519 that says how long
//! the chain was and with which hash. Lines are only ever added. Each names the sequence of the head before it, so that
//! none can be taken out unseen.

mod file;

use chrono::{DateTime, Utc};
use jsonwebtoken::{Algorithm, Validation};
use serde::{Deserialize, Serialize};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use uuid::Uuid;

use self::file::HeadFile;
use crate::auth::{KeyError, KeyRing};
use crate::config::AuditSettings;

/// In the header: a head is no access token, nor the reverse.
const TYPE: &str = "usage-audit-head";
const ISSUER: &str = "usage-insight-audit";
const AUDIENCE: &str = "usage-insight-audit-heads";

/// Where a chain ended when it was published.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Head {
    /// Whose chain.
    pub organization_id: Uuid,
    /// Of its last entry.
    pub sequence: i64,
    /// Of its last entry, in hexadecimal.
    pub hash: String,
    /// The sequence of the head before this one; 0 for the first.
    pub previous: i64,
    /// The machine's time.
    pub at: DateTime<Utc>,
}

#[derive(Serialize, Deserialize)]
struct Claims {
    iss: String,
    aud: String,
    #[serde(flatten)]
    head: Head,
}

/// A line of a file of heads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Line {
    /// Signed by a known key.
    Head(Head),
    /// Whole, and signed by no known key.
    Unsigned,
    /// Its writer was interrupted. Nothing was done on the strength of it, and the next line makes up for it.
    Torn,
}

/// Why a head was not published, or cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum HeadError {
    /// The folder cannot be used.
    #[error("{path}: {cause}")]
    Io {
        /// The folder or file.
        path: PathBuf,
        /// Why not.
        cause: io::Error,
    },
    /// Nothing may be added to what nobody answers for.
    #[error("{0}: the last heads are signed by no known key")]
    Unsigned(PathBuf),
    /// It cannot be signed.
    #[error(transparent)]
    Key(#[from] KeyError),
}

/// The folder of heads and the keys that sign them. Cheap to clone; calls block.
#[derive(Clone)]
pub struct Heads {
    folder: PathBuf,
    keys: Arc<KeyRing>,
}

impl Heads {
    /// Reads the keys; the folder is made when the first head is published.
    pub fn open(settings: &AuditSettings) -> Result<Self, KeyError> {
        Ok(Self { folder: settings.heads.clone(), keys: Arc::new(KeyRing::read(&settings.keys)?) })
    }

    /// Publishes where an organization's chain ends, unless that is published; returns when it is on the disk.
    pub fn publish(
        &self,
        organization_id: Uuid,
        sequence: i64,
        hash: &[u8],
        machine_now: DateTime<Utc>,
    ) -> Result<(), HeadError> {
        let mut file = HeadFile::append(&self.folder, organization_id)?;
        let previous = self.last(&file)?.map_or(0, |head| head.sequence);
        if previous >= sequence {
            return Ok(());
        }
        let hash = hex::encode(hash);
        file.add(&self.sign(Head { organization_id, sequence, hash, previous, at: machine_now })?)
    }

    /// Hands over every line of an organization's file, in order; false when there is no file.
    pub fn read(&self, organization_id: Uuid, mut each: impl FnMut(Line)) -> Result<bool, HeadError> {
        file::lines(&self.folder, organization_id, |line| each(self.line(line)))
    }

    /// The organizations that have a file.
    pub fn organizations(&self) -> Result<Vec<Uuid>, HeadError> {
        file::organizations(&self.folder)
    }

    /// Copies an organization's lines into another folder, all but the heads behind `end`: where the chain of a restored
    /// database ends, it goes on. That folder must not have a file of the organization yet. Returns the heads left out.
    pub fn copy_until(&self, organization_id: Uuid, end: i64, into: &Path) -> Result<Vec<Head>, HeadError> {
        let (mut kept, mut left_out) = (Vec::new(), Vec::new());
        let found = file::lines(&self.folder, organization_id, |line| match self.line(line) {
            Line::Head(head) if head.sequence > end => left_out.push(head),
            // What is wrong with the heads stays to be seen.
            Line::Head(_) | Line::Unsigned => kept.push(line.to_vec()),
            Line::Torn => {}
        })?;
        if found {
            file::create(into, organization_id, &kept)?;
        }
        Ok(left_out)
    }

    fn last(&self, file: &HeadFile) -> Result<Option<Head>, HeadError> {
        let mut unsigned = false;
        for line in file.tail()?.iter().rev() {
            match self.line(line) {
                Line::Head(head) => return Ok(Some(head)),
                Line::Unsigned => unsigned = true,
                Line::Torn => {}
            }
        }
        if unsigned { Err(file.unsigned()) } else { Ok(None) }
    }

    fn sign(&self, head: Head) -> Result<String, KeyError> {
        let claims = Claims { iss: ISSUER.to_owned(), aud: AUDIENCE.to_owned(), head };
        self.keys.sign_as(TYPE, &claims)
    }

    fn line(&self, line: &[u8]) -> Line {
        let text = str::from_utf8(line).unwrap_or_default();
        match self.keys.verify_as::<Claims>(TYPE, text, &validation()) {
            Some(claims) => Line::Head(claims.head),
            None if file::is_whole(line) => Line::Unsigned,
            None => Line::Torn,
        }
    }
}

/// A head holds for ever.
fn validation() -> Validation {
    let mut validation = Validation::new(Algorithm::EdDSA);
    validation.set_required_spec_claims(&["iss", "aud"]);
    validation.set_issuer(&[ISSUER]);
    validation.set_audience(&[AUDIENCE]);
    validation.validate_exp = false;
    validation
}
