//! Which upload a file is going to, kept from one run to the next beside the log-in.
//!
//! Losing it costs sending the file again, so that nothing here is an error.

use std::fs::{self, DirBuilder};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use serde::{Deserialize, Serialize};

use crate::session::SessionFile;

const FOLDER: &str = "uploads";

/// No service waits longer for the rest of a file.
const AGE_MAX: Duration = Duration::from_hours(7 * 24);

/// Where it is kept for one file and one server.
pub struct Kept {
    note: PathBuf,
    about: String,
}

#[derive(Serialize, Deserialize)]
struct Note {
    about: String,
    place: String,
}

impl Kept {
    /// Of a file as it is now: another length or time is another file.
    pub fn of(server: &str, path: &Path) -> Option<Self> {
        let (whole, metadata) = (fs::canonicalize(path).ok()?, fs::metadata(path).ok()?);
        let changed = metadata.modified().ok()?.duration_since(SystemTime::UNIX_EPOCH).ok()?;
        let about = format!("{server} {} {} {}", whole.display(), metadata.len(), changed.as_nanos());
        let mut hasher = DefaultHasher::new();
        about.hash(&mut hasher);
        let folder = SessionFile::from_environment().ok()?.folder_beside(FOLDER);
        Some(Self { note: folder.join(format!("{:016x}.json", hasher.finish())), about })
    }

    /// The path of the upload.
    pub fn find(&self) -> Option<String> {
        let note: Note = serde_json::from_slice(&fs::read(&self.note).ok()?).ok()?;
        (note.about == self.about && note.place.starts_with('/')).then_some(note.place)
    }

    /// Keeps the path of the upload.
    pub fn keep(&self, place: &str) {
        let note = Note { about: self.about.clone(), place: place.to_owned() };
        let Some(folder) = self.note.parent() else { return };
        let _ = DirBuilder::new().recursive(true).mode(0o700).create(folder);
        if let Ok(text) = serde_json::to_vec(&note) {
            let _ = fs::write(&self.note, text);
        }
        forget_old(folder);
    }

    /// It has arrived, or never will.
    pub fn forget(&self) {
        let _ = fs::remove_file(&self.note);
    }
}

fn forget_old(folder: &Path) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let changed = entry.metadata().and_then(|metadata| metadata.modified());
        if changed.is_ok_and(|changed| changed.elapsed().is_ok_and(|age| age > AGE_MAX)) {
            let _ = fs::remove_file(entry.path());
        }
    }
}
