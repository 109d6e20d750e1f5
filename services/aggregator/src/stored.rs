//! Values as columns keep them.

use crate::error::WorkError;
use platform::store::Digest;

/// A digest as a column keeps it.
pub fn digest(sha256: &[u8]) -> Result<Digest, WorkError> {
    sha256.try_into().map_err(|_| WorkError::Inconsistent("a digest has 32 bytes".to_owned()))
}
