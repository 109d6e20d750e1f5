//! The server's certificate, which is renewed every few weeks while the server runs.

use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;
use std::fmt;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant, SystemTime};

use super::{TlsError, files, provider};
use crate::config::TlsSettings;

/// A certificate with its key, read again when their files have changed.
pub(super) struct Certificate {
    files: TlsSettings,
    look_again: Duration,
    current: Mutex<Current>,
}

struct Current {
    key: Arc<CertifiedKey>,
    written: Written,
    looked: Instant,
}

/// When the certificate's and the key's file were written.
#[derive(PartialEq, Eq)]
struct Written(SystemTime, SystemTime);

impl Certificate {
    /// Reads the files.
    pub fn read(files: &TlsSettings, look_again: Duration) -> Result<Self, TlsError> {
        // Asked before the content is read: what is written meanwhile is seen the next time.
        let written = Written::of(files)?;
        let current = Current { key: read(files)?, written, looked: Instant::now() };
        Ok(Self { files: files.clone(), look_again, current: Mutex::new(current) })
    }

    /// Takes the files' content when it is new and of use.
    fn look(&self, current: &mut Current) -> Result<(), TlsError> {
        let written = Written::of(&self.files)?;
        if written != current.written {
            current.key = read(&self.files)?;
            current.written = written;
            tracing::info!(path = %self.files.certificate.display(), "the certificate was renewed");
        }
        Ok(())
    }
}

impl ResolvesServerCert for Certificate {
    fn resolve(&self, _: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        let mut current = self.current.lock().unwrap_or_else(PoisonError::into_inner);
        if current.looked.elapsed() >= self.look_again {
            current.looked = Instant::now();
            // Half renewed, perhaps: the new certificate is there, its key not yet. What we have still serves.
            if let Err(error) = self.look(&mut current) {
                tracing::warn!(%error, "the certificate's files are of no use; the last good ones stay");
            }
        }
        Some(Arc::clone(&current.key))
    }
}

/// Without the key.
impl fmt::Debug for Certificate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Certificate").field("files", &self.files).finish_non_exhaustive()
    }
}

impl Written {
    fn of(files: &TlsSettings) -> Result<Self, TlsError> {
        let written = |path: &Path| {
            std::fs::metadata(path)
                .and_then(|metadata| metadata.modified())
                .map_err(|cause| TlsError::Unreadable { path: path.to_owned(), cause })
        };
        Ok(Self(written(&files.certificate)?, written(&files.key)?))
    }
}

fn read(settings: &TlsSettings) -> Result<Arc<CertifiedKey>, TlsError> {
    let chain = files::certificates(&settings.certificate)?;
    let key = files::private_key(&settings.key)?;
    CertifiedKey::from_der(chain, key, &provider())
        .map(Arc::new)
        .map_err(|cause| TlsError::Unusable { path: settings.certificate.clone(), cause })
}
