//! Whom we believe to be the server: the certificate authorities, and what to say when none of them signed.

use std::path::Path;
use std::sync::Arc;
use std::{fs, io};

use rustls::CertificateError;
use rustls::crypto::aws_lc_rs;
use ureq::tls::{Certificate, PemItem, TlsConfig, parse_pem};

use super::ClientError;

/// The authorities of this PEM file and no others, or those of the system.
pub(super) fn tls_config(authorities: Option<&Path>) -> Result<TlsConfig, ClientError> {
    let certificates = match authorities {
        Some(path) => {
            of_file(path).map_err(|source| ClientError::Authorities { path: path.into(), source })?
        }
        None => of_system(),
    };
    Ok(TlsConfig::builder()
        .root_certs(certificates.into())
        .unversioned_rustls_crypto_provider(Arc::new(aws_lc_rs::default_provider()))
        .build())
}

fn of_file(path: &Path) -> io::Result<Vec<Certificate<'static>>> {
    let mut certificates = Vec::new();
    for item in parse_pem(&fs::read(path)?) {
        if let PemItem::Certificate(certificate) = item.map_err(io::Error::other)? {
            certificates.push(certificate);
        }
    }
    if certificates.is_empty() {
        Err(io::Error::other("no certificate in PEM form"))
    } else {
        Ok(certificates)
    }
}

/// What cannot be read among them is passed over: others may do.
fn of_system() -> Vec<Certificate<'static>> {
    let found = rustls_native_certs::load_native_certs().certs;
    found.iter().map(|certificate| Certificate::from_der(certificate).to_owned()).collect()
}

/// Why a call failed, where the server's certificate is the reason.
pub(super) fn refused(server: &str, error: &ureq::Error) -> Option<ClientError> {
    let error = match error {
        ureq::Error::Rustls(error) => error,
        ureq::Error::Io(error) => error.get_ref()?.downcast_ref()?,
        _ => return None,
    };
    let server = server.to_owned();
    match error {
        rustls::Error::InvalidCertificate(CertificateError::UnknownIssuer) => {
            Some(ClientError::UnknownAuthority { server })
        }
        rustls::Error::InvalidCertificate(reason) => {
            Some(ClientError::WrongCertificate { server, reason: reason.clone() })
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_certificate_is_a_reason_of_ours() {
        let said = |error| refused("https://a", &ureq::Error::Io(error)).map(|error| error.to_string());
        let tls = |error| said(io::Error::new(io::ErrorKind::InvalidData, error));
        let certificate = |error| tls(rustls::Error::InvalidCertificate(error)).unwrap();
        assert!(certificate(CertificateError::UnknownIssuer).contains("--ca-file"));
        let other_name = certificate(CertificateError::NotValidForName);
        assert!(other_name.starts_with("https://a: the server's certificate is of no use"), "{other_name}");
        assert!(!other_name.contains("--ca-file"), "{other_name}");
        assert_eq!(tls(rustls::Error::HandshakeNotComplete), None);
        assert_eq!(said(io::ErrorKind::ConnectionReset.into()), None);
    }
}
