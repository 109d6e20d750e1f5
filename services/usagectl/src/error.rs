//! What can go wrong, and which exit code says so.

use std::io;
use std::path::PathBuf;

use crate::client::ClientError;
use crate::commands::login::SsoError;
use crate::session::SessionError;

/// Why a command did not end well.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A file named by the caller.
    #[error("{}: {source}", path.display())]
    File {
        /// The file as it was named.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// Standard output or standard error.
    #[error("cannot write the output: {0}")]
    Output(#[from] io::Error),
    /// A value of ours that does not serialize.
    #[error("cannot print as JSON: {0}")]
    Json(#[from] serde_json::Error),
    /// The server, or the way to it.
    #[error(transparent)]
    Client(#[from] ClientError),
    /// The kept log-in.
    #[error(transparent)]
    Session(#[from] SessionError),
    /// The log-in by a browser.
    #[error(transparent)]
    Sso(#[from] SsoError),
    /// No password to log in with.
    #[error("no password: type it at the prompt, or give it in USAGE_PASSWORD or on standard input")]
    NoPassword,
    /// No password, or none to take its place.
    #[error(
        "no password: type both at the prompts, or give the current and the new one as lines of standard input"
    )]
    NoPasswords,
    /// Typed twice, and not the same.
    #[error("the new passwords differ: nothing was changed")]
    PasswordsDiffer,
    /// Nobody has this e-mail address, as far as we may see.
    #[error("you manage no user {0}")]
    NoUser(String),
    /// Which of the two is meant cannot be known.
    #[error("both USAGE_API_KEY and USAGE_API_KEY_FILE are set: give one")]
    TwoApiKeys,
    /// Files were refused; why has been printed.
    #[error("{refused} of {files} refused")]
    Refused {
        /// How many were refused.
        refused: usize,
        /// How many were named.
        files: usize,
    },
    /// The server has the files, but had not finished with them in time.
    #[error("{0} still in work at the server: see `usagectl uploads`, or wait longer with --timeout")]
    Unfinished(usize),
}

impl Error {
    /// Makes a file's I/O error from its path.
    pub fn file(path: impl Into<PathBuf>) -> impl FnOnce(io::Error) -> Self {
        let path = path.into();
        |source| Self::File { path, source }
    }

    /// The exit code: 3 for a refused file, 1 for everything else (2, usage, is clap's).
    pub fn exit_code(&self) -> u8 {
        match self {
            Self::Refused { .. } => 3,
            Self::File { .. }
            | Self::Output(_)
            | Self::Json(_)
            | Self::Client(_)
            | Self::Session(_)
            | Self::Sso(_)
            | Self::NoPassword
            | Self::NoPasswords
            | Self::PasswordsDiffer
            | Self::NoUser(_)
            | Self::TwoApiKeys
            | Self::Unfinished(_) => 1,
        }
    }

    /// Whether the reader of our output has gone, as `head` does: no error of ours.
    pub fn is_closed_pipe(&self) -> bool {
        matches!(self, Self::Output(error) if error.kind() == io::ErrorKind::BrokenPipe)
    }
}
