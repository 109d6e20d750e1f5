//! Passwords: argon2id in PHC string form, hashed on blocking threads and few at a time.

mod link;
mod rules;

use argon2::Argon2;
use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{Error, PasswordHasher, PasswordVerifier};
use platform::problem::ApiError;
use secrecy::{ExposeSecret, SecretString};
use std::sync::{Arc, LazyLock};
use tokio::sync::{Semaphore, SemaphorePermit};

pub use self::link::Link;
pub use self::rules::{check, secret};

/// A hash takes 19 MiB while it is made: a crowd at the door must wait, not fill the memory.
const HASHES_AT_ONCE: usize = 4;

/// Who comes after these is sent away: a wait of more than a second or two helps nobody.
const WAITING_MAX: usize = 64;

/// Seconds after which those who were sent away may come again.
const RETRY_AFTER_SECONDS: u32 = 2;

static QUEUE: Semaphore = Semaphore::const_new(HASHES_AT_ONCE + WAITING_MAX);
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
    /// Too many wait.
    #[error("too many passwords wait to be hashed")]
    Crowded,
}

impl From<PasswordError> for ApiError {
    fn from(error: PasswordError) -> Self {
        match error {
            PasswordError::Crowded => {
                tracing::warn!(%error, "answered as unavailable");
                Self::Unavailable { retry_after: RETRY_AFTER_SECONDS }
            }
            PasswordError::Hash(_) | PasswordError::Lost => Self::internal(error),
        }
    }
}

/// A new hash with a salt of its own. Takes tens of milliseconds: not for threads that answer requests.
pub fn hash(password: &SecretString) -> Result<String, PasswordError> {
    let hash: PasswordHash = Argon2::default().hash_password(password.expose_secret().as_bytes())?;
    Ok(hash.to_string())
}

/// A place among those whose passwords are being hashed, until it is dropped.
#[derive(Debug, Clone)]
pub struct Place(#[expect(dead_code, reason = "given back when dropped")] Arc<[SemaphorePermit<'static>; 2]>);

impl Place {
    /// Waits for one, unless too many wait already.
    pub async fn wait() -> Result<Self, PasswordError> {
        let queued = QUEUE.try_acquire().map_err(|_| PasswordError::Crowded)?;
        let place = PLACES.acquire().await.map_err(|_| PasswordError::Lost)?;
        Ok(Self(Arc::new([queued, place])))
    }

    /// Whether it is the password of this hash; without a hash it takes as long and is not.
    pub async fn verify(
        &self,
        password: SecretString,
        stored: Option<String>,
    ) -> Result<bool, PasswordError> {
        self.work(move || match (stored, DECOY.as_deref()) {
            (Some(stored), _) => matches(&password, &stored),
            (None, Some(decoy)) => matches(&password, decoy).map(|_| false),
            (None, None) => Ok(false),
        })
        .await
    }

    /// A new hash.
    pub async fn hash(&self, password: SecretString) -> Result<String, PasswordError> {
        self.work(move || hash(&password)).await
    }

    /// The place is held until the work is done, also when nobody waits for it any more.
    async fn work<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> Result<T, PasswordError> + Send + 'static,
    ) -> Result<T, PasswordError> {
        let held = self.clone();
        let done = tokio::task::spawn_blocking(move || {
            let done = work();
            drop(held);
            done
        });
        done.await.map_err(|_| PasswordError::Lost)?
    }
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
    use std::task::{Context, Waker};

    #[test]
    fn a_hash_knows_its_password_alone() {
        let stored = hash(&"demo-password".into()).unwrap();
        assert!(stored.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{stored}");
        assert!(matches(&"demo-password".into(), &stored).unwrap());
        assert!(!matches(&"demo-passwore".into(), &stored).unwrap());
        assert!(matches(&"demo-password".into(), "no hash").is_err());
    }

    #[tokio::test]
    async fn who_finds_too_many_waiting_is_sent_away() {
        let mut inside = Vec::new();
        for _ in 0..HASHES_AT_ONCE {
            inside.push(Place::wait().await.unwrap());
        }
        // A future waits once it is polled.
        let mut waiting: Vec<_> = (0..WAITING_MAX).map(|_| Box::pin(Place::wait())).collect();
        for place in &mut waiting {
            assert!(place.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
        }
        let error = ApiError::from(Place::wait().await.unwrap_err());
        assert!(matches!(error, ApiError::Unavailable { retry_after: RETRY_AFTER_SECONDS }), "{error:?}");
        // A place that is given back is the next one's, and so is the room in the queue.
        assert!(!inside.pop().unwrap().verify("demo-password".into(), None).await.unwrap());
        assert!(waiting.remove(0).await.is_ok());
        drop(waiting);
        assert!(Place::wait().await.is_ok());
    }
}
