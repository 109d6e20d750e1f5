//! Why there is no TLS.

use rustls::pki_types::pem;
use std::path::PathBuf;

/// Certificates, keys or authorities that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// The file cannot be read.
    #[error("cannot read {}: {cause}", path.display())]
    Unreadable {
        /// As configured.
        path: PathBuf,
        /// Why not.
        cause: std::io::Error,
    },
    /// The file holds no PEM, or none of what it should.
    #[error("{}: {cause}", path.display())]
    Pem {
        /// As configured.
        path: PathBuf,
        /// What is wrong; never the content.
        cause: pem::Error,
    },
    /// The key is not that of the certificate, or one of them is damaged.
    #[error("{}: {cause}", path.display())]
    Unusable {
        /// As configured.
        path: PathBuf,
        /// What is wrong.
        cause: rustls::Error,
    },
    /// Nothing to trust.
    #[error("this system has no certificate authorities")]
    NoAuthorities,
    /// The provider of cryptography cannot do TLS 1.2 or 1.3.
    #[error(transparent)]
    Versions(#[from] rustls::Error),
}
