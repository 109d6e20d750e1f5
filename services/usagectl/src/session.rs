//! The kept log-in: which server, who, and the tokens, in one file that nobody else can read.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

/// Where the log-in is kept when the environment names no place.
const FILE_NAME: &str = "usagectl/config.json";

/// A log-in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Session {
    /// The server that gave the tokens, and the only one that ever gets them.
    pub server: String,
    /// The authorities that its certificate was checked by, when they were not the system's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ca_file: Option<PathBuf>,
    /// Who logged in.
    pub email: String,
    /// Good for some minutes.
    pub access_token: String,
    /// Works once: each refresh replaces it.
    pub refresh_token: String,
}

/// Why the log-in could not be read or kept.
#[derive(Debug, thiserror::Error)]
pub enum SessionError {
    /// There is none.
    #[error("you are not logged in: run `usagectl login --server URL --email EMAIL`")]
    None,
    /// There is one for another server, which must not see these tokens.
    #[error("you are logged in to {0}: run `usagectl login --server {1} --email EMAIL`")]
    OtherServer(String, String),
    /// A meter token or an API key, but nobody said where it is good.
    #[error("no server for the token: give --server URL or USAGE_SERVER")]
    NoServer,
    /// Neither `USAGECTL_CONFIG` nor a home folder.
    #[error("no place to keep the log-in: set USAGECTL_CONFIG or HOME")]
    NoPlace,
    /// The file could not be read or written.
    #[error("{}: {source}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The file holds something else.
    #[error("{} is damaged ({source}): run `usagectl login` again", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What the JSON parser said.
        source: serde_json::Error,
    },
}

/// The file that keeps the log-in.
#[derive(Clone, Debug)]
pub struct SessionFile {
    path: PathBuf,
}

impl SessionFile {
    /// `USAGECTL_CONFIG`, or `usagectl/config.json` in `XDG_CONFIG_HOME` or `~/.config`.
    pub fn from_environment() -> Result<Self, SessionError> {
        Self::locate(|name| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from))
    }

    fn locate(variable: impl Fn(&str) -> Option<PathBuf>) -> Result<Self, SessionError> {
        let path = variable("USAGECTL_CONFIG")
            .or_else(|| variable("XDG_CONFIG_HOME").map(|folder| folder.join(FILE_NAME)))
            .or_else(|| variable("HOME").map(|home| home.join(".config").join(FILE_NAME)))
            .ok_or(SessionError::NoPlace)?;
        Ok(Self { path })
    }

    /// The log-in, when there is one.
    pub fn load(&self) -> Result<Option<Session>, SessionError> {
        let bytes = match fs::read(&self.path) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(self.io(error)),
        };
        let damaged = |source| SessionError::Damaged { path: self.path.clone(), source };
        serde_json::from_slice(&bytes).map(Some).map_err(damaged)
    }

    /// Keeps the log-in: a private file beside the old one, then renamed over it, so that a reader sees the
    /// old or the new, and a crash leaves either.
    pub fn save(&self, session: &Session) -> Result<(), SessionError> {
        self.make_folder().map_err(|error| self.io(error))?;
        let fresh = self.beside("new");
        write(&fresh, session).and_then(|()| fs::rename(&fresh, &self.path)).map_err(|error| self.io(error))
    }

    /// Forgets the log-in.
    pub fn remove(&self) -> Result<(), SessionError> {
        match fs::remove_file(&self.path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(self.io(error)),
            Ok(()) | Err(_) => Ok(()),
        }
    }

    /// Holds off every other `usagectl` that wants to change the log-in until the guard is dropped.
    pub fn lock(&self) -> Result<File, SessionError> {
        let hold = || {
            self.make_folder()?;
            let path = self.beside("lock");
            let file = OpenOptions::new().write(true).create(true).truncate(false).mode(0o600).open(path)?;
            file.lock()?;
            Ok(file)
        };
        hold().map_err(|error| self.io(error))
    }

    /// A folder beside the log-in, for what is kept from one run to the next.
    pub fn folder_beside(&self, name: &str) -> PathBuf {
        self.path.with_file_name(name)
    }

    fn make_folder(&self) -> io::Result<()> {
        match self.path.parent() {
            Some(folder) if !folder.as_os_str().is_empty() => {
                fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)
            }
            Some(_) | None => Ok(()),
        }
    }

    fn beside(&self, ending: &str) -> PathBuf {
        let mut name = self.path.clone().into_os_string();
        name.push(".");
        name.push(ending);
        name.into()
    }

    fn io(&self, source: io::Error) -> SessionError {
        SessionError::Io { path: self.path.clone(), source }
    }
}

/// Writes a private file, safe on disk when this returns.
fn write(fresh: &Path, session: &Session) -> io::Result<()> {
    // A leftover could have another mode; a new file has ours from its first byte.
    match fs::remove_file(fresh) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        Ok(()) | Err(_) => {}
    }
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(fresh)?;
    serde_json::to_writer_pretty(&mut file, session)?;
    file.write_all(b"\n")?;
    file.sync_all()
}

#[cfg(test)]
mod tests;
