//! How much the relay takes at a time, and how long it waits.

use std::time::Duration;

use super::batch::Outcome;

/// Messages published together and confirmed together.
const BATCH: i64 = 256;

/// After a message, the next one is often near.
const EMPTY_MIN: Duration = Duration::from_millis(200);
/// With nothing to do, one short query a second.
const EMPTY_MAX: Duration = Duration::from_secs(1);

const FAILED_MIN: Duration = Duration::from_millis(500);
/// The longest that messages wait after the broker is back.
const FAILED_MAX: Duration = Duration::from_secs(5);

/// How things went lately.
pub struct Pace {
    delay: Duration,
    well: bool,
}

impl Pace {
    pub const fn new() -> Self {
        Self { delay: EMPTY_MIN, well: true }
    }

    /// While the broker is away, one message is enough to find out whether it is back.
    pub const fn batch_size(&self) -> i64 {
        if self.well { BATCH } else { 1 }
    }

    /// Until the next round.
    pub const fn delay(&self) -> Duration {
        self.delay
    }

    /// Whether the last round did all that it could.
    pub const fn is_well(&self) -> bool {
        self.well
    }

    /// Learns from a round.
    pub fn after(&mut self, outcome: Outcome) {
        let was_well = std::mem::replace(&mut self.well, outcome != Outcome::Failed);
        self.delay = match outcome {
            Outcome::More | Outcome::Done => EMPTY_MIN,
            Outcome::Empty => self.delay.saturating_mul(2).clamp(EMPTY_MIN, EMPTY_MAX),
            Outcome::Failed if was_well => FAILED_MIN,
            Outcome::Failed => self.delay.saturating_mul(2).clamp(FAILED_MIN, FAILED_MAX),
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_outbox_is_asked_less_often_up_to_a_second() {
        let mut pace = Pace::new();
        let delays: Vec<_> = (0..4)
            .map(|_| {
                pace.after(Outcome::Empty);
                pace.delay().as_millis()
            })
            .collect();
        assert_eq!(delays, [400, 800, 1000, 1000]);
        pace.after(Outcome::Done);
        assert_eq!(pace.delay(), EMPTY_MIN);
    }

    #[test]
    fn while_the_broker_is_away_one_message_asks_for_it() {
        let mut pace = Pace::new();
        for _ in 0..10 {
            pace.after(Outcome::Failed);
        }
        assert_eq!((pace.batch_size(), pace.delay(), pace.is_well()), (1, FAILED_MAX, false));
        pace.after(Outcome::More);
        assert_eq!((pace.batch_size(), pace.is_well()), (BATCH, true));
    }
}
