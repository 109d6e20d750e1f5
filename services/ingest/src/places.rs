//! Places for uploads: so many in a process, and of one organization no more than its share, so that a partner with
//! many slow meters leaves room for others.

use platform::problem::ApiError;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::Duration;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use uuid::Uuid;

/// How long an upload waits for a place before it is told to come again.
const WAIT: Duration = Duration::from_secs(10);

/// Seconds after which there may be a place.
const RETRY_AFTER: u32 = 10;

/// The places of a process.
pub struct Places {
    all: Arc<Semaphore>,
    share: usize,
    wait: Duration,
    shares: Mutex<HashMap<Uuid, Weak<Semaphore>>>,
}

/// A place, until this is dropped.
pub struct Place {
    _of_all: OwnedSemaphorePermit,
    _of_share: OwnedSemaphorePermit,
    /// Its organization's share lives as long as somebody has a part of it.
    _share: Arc<Semaphore>,
}

impl Places {
    /// So many, and of one organization at most `share`.
    pub fn new(all: usize, share: usize) -> Self {
        Self { all: Arc::new(Semaphore::new(all)), share, wait: WAIT, shares: Mutex::default() }
    }

    /// A place for an upload of this organization; 429 when none gets free in time: there is nothing wrong with the
    /// service, and the same upload is taken later.
    pub async fn take(&self, organization_id: Uuid) -> Result<Place, ApiError> {
        let share = self.share_of(organization_id);
        let taken = async {
            // Its own first: who waits for that does not hold a place that others could have.
            let of_share = Arc::clone(&share).acquire_owned().await?;
            let of_all = Arc::clone(&self.all).acquire_owned().await?;
            Ok::<_, tokio::sync::AcquireError>((of_all, of_share))
        };
        let taken = tokio::time::timeout(self.wait, taken).await;
        let taken = taken.map_err(|_| {
            let limit = if share.available_permits() == 0 { "organization" } else { "process" };
            metrics::counter!("uploads_turned_away_total", "limit" => limit).increment(1);
            ApiError::TooManyRequests { retry_after: RETRY_AFTER }
        })?;
        let (of_all, of_share) = taken.map_err(ApiError::internal)?;
        Ok(Place { _of_all: of_all, _of_share: of_share, _share: share })
    }

    fn share_of(&self, organization_id: Uuid) -> Arc<Semaphore> {
        let mut shares = self.shares.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(share) = shares.get(&organization_id).and_then(Weak::upgrade) {
            return share;
        }
        shares.retain(|_, share| share.strong_count() > 0);
        let share = Arc::new(Semaphore::new(self.share));
        shares.insert(organization_id, Arc::downgrade(&share));
        share
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ONE: Uuid = Uuid::from_u128(1);
    const OTHER: Uuid = Uuid::from_u128(2);

    /// Where nobody waits for long.
    fn hurried(all: usize, share: usize) -> Places {
        Places { wait: Duration::from_millis(20), ..Places::new(all, share) }
    }

    #[tokio::test]
    async fn one_organization_leaves_places_for_others() {
        let places = hurried(4, 2);
        let held = [places.take(ONE).await.unwrap(), places.take(ONE).await.unwrap()];
        assert!(matches!(places.take(ONE).await, Err(ApiError::TooManyRequests { .. })));
        let others = [places.take(OTHER).await.unwrap(), places.take(OTHER).await.unwrap()];
        assert!(matches!(places.take(Uuid::from_u128(3)).await, Err(ApiError::TooManyRequests { .. })));
        drop(held);
        places.take(ONE).await.unwrap();
        drop(others);
        assert_eq!(places.all.available_permits(), 4);
    }

    #[tokio::test]
    async fn who_waits_gets_the_place_that_is_left() {
        let places = Places::new(1, 1);
        let held = places.take(ONE).await.unwrap();
        let leave = async {
            tokio::task::yield_now().await;
            drop(held);
        };
        let (taken, ()) = tokio::join!(places.take(OTHER), leave);
        assert!(taken.is_ok());
    }

    #[tokio::test]
    async fn shares_of_those_who_left_are_forgotten() {
        let places = Places::new(8, 1);
        for number in 0..100 {
            places.take(Uuid::from_u128(number)).await.unwrap();
        }
        assert_eq!(places.shares.lock().unwrap().len(), 1);
    }
}
