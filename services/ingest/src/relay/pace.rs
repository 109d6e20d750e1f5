//! How long the relay waits between two rounds.

use std::time::Duration;

use super::batch::Outcome;

/// After a message, the next one is often near.
const EMPTY_MIN: Duration = Duration::from_millis(200);
/// With nothing to do, one short query a second.
const EMPTY_MAX: Duration = Duration::from_secs(1);

/// While a queue has enough: its consumers are at work, and have much more at hand than they do in this time.
const HELD_MIN: Duration = Duration::from_millis(20);
const HELD_MAX: Duration = Duration::from_millis(640);

const FAILED_MIN: Duration = Duration::from_millis(500);
/// The longest that messages wait after the broker is back.
const FAILED_MAX: Duration = Duration::from_secs(5);

/// How things went lately.
pub struct Pace {
    delay: Duration,
    well: bool,
    held: bool,
}

impl Pace {
    pub const fn new() -> Self {
        Self { delay: EMPTY_MIN, well: true, held: false }
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
        let was_held = std::mem::replace(&mut self.held, outcome == Outcome::Held);
        self.delay = match outcome {
            Outcome::Sent => EMPTY_MIN,
            Outcome::Held if was_held => self.delay.saturating_mul(2).min(HELD_MAX),
            Outcome::Held => HELD_MIN,
            Outcome::Empty if was_held => EMPTY_MIN,
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
        pace.after(Outcome::Sent);
        assert_eq!(pace.delay(), EMPTY_MIN);
    }

    #[test]
    fn a_queue_that_has_enough_is_looked_at_less_and_less() {
        let mut pace = Pace::new();
        let delays: Vec<_> = (0..7)
            .map(|_| {
                pace.after(Outcome::Held);
                pace.delay().as_millis()
            })
            .collect();
        assert_eq!(delays, [20, 40, 80, 160, 320, 640, 640]);
        assert!(pace.is_well());
        pace.after(Outcome::Sent);
        pace.after(Outcome::Held);
        assert_eq!(pace.delay(), HELD_MIN);
    }

    #[test]
    fn an_absent_broker_is_asked_for_every_few_seconds() {
        let mut pace = Pace::new();
        for _ in 0..10 {
            pace.after(Outcome::Failed);
        }
        assert_eq!((pace.delay(), pace.is_well()), (FAILED_MAX, false));
        pace.after(Outcome::Sent);
        assert!(pace.is_well());
    }
}
