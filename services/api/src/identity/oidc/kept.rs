//! What the provider said, kept for a while.

use chrono::{DateTime, TimeDelta, Utc};
use std::sync::{Arc, Mutex, PoisonError};

/// The newest of what the provider said of something, and since when we have it.
pub struct Kept<T>(Mutex<Option<(Arc<T>, DateTime<Utc>)>>);

impl<T> Default for Kept<T> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<T> Kept<T> {
    /// What is kept, unless it is too old.
    pub fn younger_than(&self, life: TimeDelta, machine_now: DateTime<Utc>) -> Option<Arc<T>> {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.as_ref().filter(|(_, since)| machine_now - *since < life).map(|(value, _)| Arc::clone(value))
    }

    /// Keeps this in place of what was.
    pub fn keep(&self, value: T, machine_now: DateTime<Utc>) -> Arc<T> {
        let value = Arc::new(value);
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        *kept = Some((Arc::clone(&value), machine_now));
        value
    }
}
