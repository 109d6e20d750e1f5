//! Passwords: argon2id in PHC string form, hashed on blocking threads and few at a time.

use argon2::Argon2;
use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{Error, PasswordHasher, PasswordVerifier};
use secrecy::{ExposeSecret, SecretString};
use std::sync::LazyLock;
use tokio::sync::Semaphore;

/// A hash takes 19 MiB while it is made: a crowd at the door must wait, not fill the memory.
const HASHES_AT_ONCE: usize = 4;

static PLACES: Semaphore = Semaphore::const_new(HASHES_AT_ONCE);

/// Compared with for users that do not exist, so that an answer takes as long as for those who do.
static DECOY: LazyLock<Option<String>> =
    LazyLock::new(|| hash(&SecretString::from("nobody's password")).ok());

/// Why a password could not be hashed or compared.
#[derive(Debug, thiserror::Error)]
pub enum PasswordError {
    /// The hashing itself failed, or what is stored is no hash.
    #[error("hashing failed: {0}")]
    Hash(#[from] Error),
    /// The work did not end.
    #[error("hashing did not end")]
    Lost,
}

/// A new hash with a salt of its own. Takes tens of milliseconds: not for threads that answer requests.
pub fn hash(password: &SecretString) -> Result<String, PasswordError> {
    let hash: PasswordHash = Argon2::default().hash_password(password.expose_secret().as_bytes())?;
    Ok(hash.to_string())
}

/// Whether it is the password of this hash; without a hash it takes as long and is not.
pub async fn verify(password: SecretString, stored: Option<String>) -> Result<bool, PasswordError> {
    let _place = PLACES.acquire().await.map_err(|_| PasswordError::Lost)?;
    let verified = tokio::task::spawn_blocking(move || match (stored, DECOY.as_deref()) {
        (Some(stored), _) => matches(&password, &stored),
        (None, Some(decoy)) => matches(&password, decoy).map(|_| false),
        (None, None) => Ok(false),
    });
    verified.await.map_err(|_| PasswordError::Lost)?
}

fn matches(password: &SecretString, stored: &str) -> Result<bool, PasswordError> {
    match Argon2::default().verify_password(password.expose_secret().as_bytes(), stored) {
        Ok(()) => Ok(true),
        Err(Error::PasswordInvalid) => Ok(false),
        Err(error) => Err(error.into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hash_knows_its_password_alone() {
        let stored = hash(&"demo-password".into()).unwrap();
        assert!(stored.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{stored}");
        assert!(matches(&"demo-password".into(), &stored).unwrap());
        assert!(!matches(&"demo-passwore".into(), &stored).unwrap());
        assert!(matches(&"demo-password".into(), "no hash").is_err());
    }
}
