//! Certificates and keys as PEM files.

use rustls::pki_types::pem::{self, PemObject};
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use secrecy::zeroize::Zeroizing;
use std::fs::File;
use std::io::Read;
use std::path::Path;

use super::TlsError;

/// A bundle of all authorities of the world has a quarter of this.
const PEM_BYTES_MAX: u64 = 1024 * 1024;

/// The certificates of a file, in its order; one at least.
pub(super) fn certificates(path: &Path) -> Result<Vec<CertificateDer<'static>>, TlsError> {
    let certificates: Vec<_> =
        CertificateDer::pem_slice_iter(&read(path)?).collect::<Result<_, _>>().map_err(malformed(path))?;
    if certificates.is_empty() { Err(malformed(path)(pem::Error::NoItemsFound)) } else { Ok(certificates) }
}

/// The first private key of a file.
pub(super) fn private_key(path: &Path) -> Result<PrivateKeyDer<'static>, TlsError> {
    PrivateKeyDer::from_pem_slice(&read(path)?).map_err(malformed(path))
}

fn malformed(path: &Path) -> impl Fn(pem::Error) -> TlsError {
    move |cause| TlsError::Pem { path: path.to_owned(), cause }
}

fn read(path: &Path) -> Result<Zeroizing<Vec<u8>>, TlsError> {
    let mut bytes = Zeroizing::default();
    File::open(path)
        .and_then(|file| file.take(PEM_BYTES_MAX).read_to_end(&mut bytes))
        .map_err(|cause| TlsError::Unreadable { path: path.to_owned(), cause })?;
    Ok(bytes)
}
