//! What became of a file.

use std::path::Path;

use serde::Deserialize;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::client::{Client, ClientError, Reason};
use crate::error::Error;
use crate::print::{Out, clean, reasons};

/// An upload as the service tells it.
#[derive(Clone, Debug, Deserialize)]
pub struct Upload {
    /// The service's name for it.
    pub id: Uuid,
    /// `received`, `processing`, `processed` or `rejected`.
    pub status: String,
    /// The upload that had the same bytes before.
    #[serde(default)]
    pub duplicate_of: Option<Uuid>,
    #[serde(default)]
    received_at: Option<String>,
    #[serde(default)]
    collections: Option<Counts>,
    #[serde(default)]
    errors: Option<Vec<Reason>>,
    #[serde(skip)]
    raw: Value,
}

#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(default)]
struct Counts {
    accepted: u64,
    duplicate: u64,
    conflicting: u64,
    late: u64,
}

impl Upload {
    /// Reads the service's answer, and keeps it as it is.
    pub fn read(client: &Client, raw: Value) -> Result<Self, ClientError> {
        let strange = |source| ClientError::Strange { server: client.server().to_owned(), source };
        let upload = Self::deserialize(&raw).map_err(strange)?;
        Ok(Self { raw, ..upload })
    }

    /// Whether the service is done with it.
    pub fn is_done(&self) -> bool {
        matches!(self.status.as_str(), "processed" | "rejected")
    }
}

/// What became of a file.
#[derive(Debug)]
pub enum Outcome {
    /// It is evidence now.
    Processed(Upload),
    /// The service had these bytes.
    Duplicate(Upload),
    /// It changes nothing, and why.
    Refused {
        /// Each thing that is wrong.
        reasons: Vec<Reason>,
        /// When the service had to read it whole to see that.
        upload: Option<Upload>,
    },
    /// The service has it and is not done.
    Waiting(Upload),
}

impl Outcome {
    /// The outcome of an upload as last seen.
    pub fn of(upload: Upload, is_duplicate: bool) -> Self {
        match upload.status.as_str() {
            "rejected" => {
                Self::Refused { reasons: upload.errors.clone().unwrap_or_default(), upload: Some(upload) }
            }
            _ if is_duplicate => Self::Duplicate(upload),
            "processed" => Self::Processed(upload),
            _ => Self::Waiting(upload),
        }
    }

    /// Whether the service was not done when we stopped looking.
    pub fn is_waiting(&self) -> bool {
        match self {
            Self::Duplicate(upload) | Self::Waiting(upload) => !upload.is_done(),
            Self::Processed(_) | Self::Refused { .. } => false,
        }
    }

    /// Prints it for people.
    pub fn print(&self, out: Out<'_>, path: &Path) -> Result<(), Error> {
        let path = clean(&path.to_string_lossy());
        match self {
            Self::Processed(upload) => {
                let Counts { accepted, duplicate, conflicting, late } =
                    upload.collections.unwrap_or_default();
                writeln!(
                    out,
                    "{path}: processed; collections: {accepted} accepted, {duplicate} duplicate, \
                     {conflicting} conflicting, {late} late"
                )?;
            }
            Self::Duplicate(upload) => {
                let received = upload
                    .received_at
                    .as_deref()
                    .map_or_else(String::new, |at| format!(" (received {})", clean(at)));
                let id = upload.duplicate_of.unwrap_or(upload.id);
                writeln!(out, "{path}: duplicate of {id}{received}, {}", clean(&upload.status))?;
            }
            Self::Refused { reasons, .. } => {
                writeln!(out, "{path}: refused")?;
                reasons::print(out, reasons)?;
            }
            Self::Waiting(upload) => {
                writeln!(out, "{path}: received as {}; now {}", upload.id, clean(&upload.status))?;
            }
        }
        Ok(())
    }

    /// The same for programs.
    pub fn json(&self, path: &Path) -> Value {
        let (result, upload, errors) = match self {
            Self::Processed(upload) => ("processed", Some(upload), None),
            Self::Duplicate(upload) => ("duplicate", Some(upload), None),
            Self::Refused { reasons, upload } => ("refused", upload.as_ref(), Some(reasons)),
            Self::Waiting(upload) => ("waiting", Some(upload), None),
        };
        json!({
            "file": path.to_string_lossy(),
            "result": result,
            "upload": upload.map(|upload| &upload.raw),
            "errors": errors.map(Vec::as_slice).unwrap_or_default(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn upload(status: &str) -> Upload {
        let raw = json!({"id": Uuid::nil(), "status": status, "received_at": "2026-10-01T06:00:00Z",
            "collections": {"accepted": 3, "duplicate": 1, "conflicting": 0, "late": 2},
            "errors": [{"code": "record-invalid", "message": "no.", "path": "a/b", "line": 7}]});
        Upload::deserialize(&raw).unwrap()
    }

    fn printed(outcome: &Outcome) -> String {
        let mut out = Vec::new();
        outcome.print(&mut out, Path::new("x.data")).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn each_outcome_says_what_to_know() {
        let processed = printed(&Outcome::of(upload("processed"), false));
        assert_eq!(
            processed,
            "x.data: processed; collections: 3 accepted, 1 duplicate, 0 conflicting, 2 late\n"
        );
        let duplicate = printed(&Outcome::of(upload("processed"), true));
        assert_eq!(
            duplicate,
            format!("x.data: duplicate of {} (received 2026-10-01T06:00:00Z), processed\n", Uuid::nil())
        );
        let refused = printed(&Outcome::of(upload("rejected"), false));
        assert!(refused.contains("record-invalid  a/b:7"), "{refused}");
        assert!(printed(&Outcome::of(upload("received"), false)).contains("now received"));
        assert_eq!(Outcome::of(upload("rejected"), true).json(Path::new("x"))["errors"][0]["line"], 7);
    }
}
