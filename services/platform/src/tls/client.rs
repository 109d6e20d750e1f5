//! The client's side: whom to trust.

use rustls::pki_types::CertificateDer;
use rustls::{ClientConfig, RootCertStore};
use std::path::Path;

use super::{TlsError, files, provider};

/// Trusts servers whose certificates the authorities of this PEM file have signed, and no others; without a file
/// those of the system.
pub fn client_config(authorities: Option<&Path>) -> Result<ClientConfig, TlsError> {
    let roots = match authorities {
        Some(path) => of_file(path)?,
        None => of_system()?,
    };
    let builder = ClientConfig::builder_with_provider(provider()).with_safe_default_protocol_versions()?;
    Ok(builder.with_root_certificates(roots).with_no_client_auth())
}

/// The certificates of those whom [`client_config`] trusts, for clients that make a configuration of their own. A
/// system may have none; then no server is trusted.
pub fn authorities(path: Option<&Path>) -> Result<Vec<CertificateDer<'static>>, TlsError> {
    path.map_or_else(|| Ok(rustls_native_certs::load_native_certs().certs), files::certificates)
}

/// What an operator named has to be right as a whole.
fn of_file(path: &Path) -> Result<RootCertStore, TlsError> {
    let mut roots = RootCertStore::empty();
    for certificate in files::certificates(path)? {
        roots.add(certificate).map_err(|cause| TlsError::Unusable { path: path.to_owned(), cause })?;
    }
    Ok(roots)
}

/// Systems keep odd certificates among the good ones: those are passed over.
fn of_system() -> Result<RootCertStore, TlsError> {
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    if roots.is_empty() { Err(TlsError::NoAuthorities) } else { Ok(roots) }
}
