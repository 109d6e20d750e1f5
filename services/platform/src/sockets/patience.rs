//! How long a reader is waited for.

use std::time::Duration;
use tokio::time::Instant;

/// Who takes so much may take any time.
const BYTES_PER_SECOND_MIN: u64 = 4 * 1024;

/// Time spent waiting for a reader is a debt that what it takes pays off. So it may pause, but neither stop for ever nor
/// take a byte a minute.
#[derive(Debug)]
pub struct Patience {
    stall: Duration,
    debt: Duration,
    since: Option<Instant>,
}

impl Patience {
    /// At most so long at a time.
    pub const fn new(stall: Duration) -> Self {
        Self { stall, debt: Duration::ZERO, since: None }
    }

    /// It is the reader's turn.
    pub fn wait(&mut self, now: Instant) {
        self.since.get_or_insert(now);
    }

    /// The reader took so much.
    pub fn took(&mut self, bytes: usize, now: Instant) {
        if let Some(since) = self.since.take() {
            self.debt = self.debt.saturating_add(now.saturating_duration_since(since));
        }
        let bytes_ms = (bytes as u64).saturating_mul(1_000);
        self.debt = self.debt.saturating_sub(Duration::from_millis(bytes_ms / BYTES_PER_SECOND_MIN));
    }

    /// When patience ends, if it is the reader's turn.
    pub fn ends(&self) -> Option<Instant> {
        self.since.map(|since| since + self.stall.saturating_sub(self.debt))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const STALL: Duration = Duration::from_mins(1);

    /// How many times a reader who takes so much every 30 seconds is waited for, at most 100 times.
    fn waits(bytes: usize) -> usize {
        let (mut patience, mut now) = (Patience::new(STALL), Instant::now());
        for count in 0..100 {
            patience.wait(now);
            now += Duration::from_secs(30);
            if patience.ends().is_some_and(|end| end <= now) {
                return count;
            }
            patience.took(bytes, now);
        }
        100
    }

    #[test]
    fn who_reads_is_waited_for_and_who_pretends_to_is_not() {
        assert_eq!(waits(30 * 4 * 1024), 100);
        assert_eq!(waits(1), 1);
        assert_eq!(waits(15 * 4 * 1024), 2, "half of what is due");
    }

    #[test]
    fn nobody_is_waited_for_outside_of_a_turn() {
        let (mut patience, now) = (Patience::new(STALL), Instant::now());
        assert_eq!(patience.ends(), None);
        patience.wait(now);
        patience.wait(now + STALL / 2);
        assert_eq!(patience.ends(), Some(now + STALL), "a turn begins once");
        patience.took(0, now + STALL / 2);
        assert_eq!(patience.ends(), None);
    }
}
