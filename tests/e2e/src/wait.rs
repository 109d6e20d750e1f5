//! Waiting for what comes in its own time.

use std::thread::sleep;
use std::time::{Duration, Instant};

/// Longer than anything takes on a busy machine.
const DEADLINE: Duration = Duration::from_mins(1);
/// Between the first two looks, and at most.
const PAUSES: (Duration, Duration) = (Duration::from_millis(5), Duration::from_millis(100));

/// Looks until there is something to see; fails the test after a minute.
#[track_caller]
pub fn until<T>(what: &str, look: impl FnMut() -> Option<T>) -> T {
    until_within(DEADLINE, what, look)
}

/// Looks until there is something to see; fails the test after this time.
#[track_caller]
pub fn until_within<T>(time: Duration, what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    let begun = Instant::now();
    let mut pause = PAUSES.0;
    loop {
        if let Some(seen) = look() {
            return seen;
        }
        assert!(begun.elapsed() < time, "waited {time:?} in vain for {what}");
        sleep(pause);
        pause = (pause * 2).min(PAUSES.1);
    }
}
