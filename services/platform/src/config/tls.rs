//! The certificate of the API's listener.

use clap::Args;
use std::path::PathBuf;

use super::Faults;

/// With a certificate the API speaks HTTPS, without one HTTP.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "TLS of the API")]
pub struct TlsArgs {
    /// PEM file of the certificate and those between it and its authority; read again when it changes.
    #[arg(long, env = "USAGE_TLS_CERT", default_value = "")]
    pub tls_cert: String,
    /// PEM file of the certificate's private key.
    #[arg(long, env = "USAGE_TLS_KEY", default_value = "")]
    pub tls_key: String,
}

/// A certificate with its key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TlsSettings {
    /// The chain, the server's own certificate first.
    pub certificate: PathBuf,
    /// The private key.
    pub key: PathBuf,
}

impl TlsArgs {
    /// The settings; none for plain HTTP, or with a fault.
    pub fn resolve(&self, faults: &mut Faults) -> Option<TlsSettings> {
        match (self.tls_cert.as_str(), self.tls_key.as_str()) {
            ("", "") => None,
            (_, "") => {
                faults.add("USAGE_TLS_KEY", "is not set, but USAGE_TLS_CERT is");
                None
            }
            ("", _) => {
                faults.add("USAGE_TLS_CERT", "is not set, but USAGE_TLS_KEY is");
                None
            }
            (certificate, key) => Some(TlsSettings { certificate: certificate.into(), key: key.into() }),
        }
    }
}
