//! Why a call has no good answer, and what the caller can do.

use std::io;
use std::path::PathBuf;

use rustls::CertificateError;

use super::Problem;
use crate::session::SessionError;

/// Why a call has no good answer.
#[derive(Debug, thiserror::Error)]
pub enum ClientError {
    /// The server said no.
    #[error("{0}")]
    Problem(Box<Problem>),
    /// The log-in is over.
    #[error(
        "your log-in has ended: run `usagectl login --server {server} --email {email}`, or with --sso in its place"
    )]
    SignedOut {
        /// The server that said so.
        server: String,
        /// Who was logged in.
        email: String,
    },
    /// The server was not reached, or the connection broke.
    #[error(
        "{server} was not reached, or the connection broke: {source}\n  check the address and that the service runs, then try again"
    )]
    Network {
        /// The server.
        server: String,
        /// What happened.
        source: ureq::Error,
    },
    /// Nobody whom we trust says that it is the server.
    #[error(
        "{server}: the server's certificate is not signed by an authority that is trusted here\n  name the PEM file of its authority: --ca-file FILE, or USAGE_CA_FILE"
    )]
    UnknownAuthority {
        /// The server.
        server: String,
    },
    /// It is another server, or its certificate is out of date.
    #[error("{server}: the server's certificate is of no use: {reason}")]
    WrongCertificate {
        /// The server.
        server: String,
        /// Why.
        reason: CertificateError,
    },
    /// The file of the authorities that are to be trusted.
    #[error("{}: {source}", path.display())]
    Authorities {
        /// The file as it was named.
        path: PathBuf,
        /// What is wrong with it.
        source: io::Error,
    },
    /// The answer is not what this program understands.
    #[error("{server} answers something else than this version of usagectl expects: {source}")]
    Strange {
        /// The server.
        server: String,
        /// What the JSON parser said.
        source: serde_json::Error,
    },
    /// The kept log-in.
    #[error(transparent)]
    Session(#[from] SessionError),
}

impl ClientError {
    /// The problem document, when the server gave one with this status.
    pub fn problem(&self, statuses: &[u16]) -> Option<&Problem> {
        match self {
            Self::Problem(problem) if statuses.contains(&problem.status) => Some(problem),
            _ => None,
        }
    }

    /// Whether the connection broke on the way: the server may have been busy, or may even have done it.
    pub fn is_broken_connection(&self) -> bool {
        use std::io::ErrorKind::{BrokenPipe, ConnectionAborted, ConnectionReset, UnexpectedEof};
        match self {
            Self::Network { source: ureq::Error::Io(error), .. } => {
                matches!(error.kind(), BrokenPipe | ConnectionAborted | ConnectionReset | UnexpectedEof)
            }
            _ => false,
        }
    }

    /// Whether the same call may well work in a moment.
    pub fn is_passing(&self) -> bool {
        match self {
            Self::Network { .. } => true,
            Self::Problem(problem) => matches!(problem.status, 429 | 502 | 503 | 504),
            Self::SignedOut { .. }
            | Self::UnknownAuthority { .. }
            | Self::WrongCertificate { .. }
            | Self::Authorities { .. }
            | Self::Strange { .. }
            | Self::Session(_) => false,
        }
    }
}
