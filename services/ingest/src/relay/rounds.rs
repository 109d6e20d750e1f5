//! Whose messages go to a queue next. The queue itself is first in, first out: it is kept short, and what waits waits
//! in the outbox, where organizations take turns.

use platform::broker::Queue;
use std::collections::HashMap;
use uuid::Uuid;

/// Of one organization in a round: a newcomer finds no more of another's before it. Where consumers take what comes,
/// it goes by these; where they have their hands full, by ones and twos.
const EACH_MAX: i64 = 4;
/// Messages ready in a queue, at most and unless several relays publish at once. Consumers have more at hand.
const READY_MAX: i64 = 64;

/// The round of each queue.
#[derive(Default)]
pub struct Rounds(HashMap<Queue, Round>);

struct Round {
    /// Who has had a turn.
    had: Vec<Uuid>,
    each: i64,
}

/// How much a queue may get.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Room {
    /// Of one organization.
    pub each: i64,
    /// In all.
    pub total: i64,
}

impl Room {
    /// Enough to find out whether messages are taken.
    pub const ONE: Self = Self { each: 1, total: 1 };
}

impl Rounds {
    /// How much may go to a queue that has so many messages ready; none when it has enough.
    pub fn room(&mut self, queue: Queue, ready: u32) -> Option<Room> {
        let round = self.round(queue);
        round.each = if ready == 0 { (round.each * 2).min(EACH_MAX) } else { 1 };
        let total = READY_MAX - i64::from(ready);
        (total > 0).then_some(Room { each: round.each, total })
    }

    /// Who has had a turn.
    pub fn had(&self, queue: Queue) -> &[Uuid] {
        self.0.get(&queue).map_or(&[], |round| &round.had)
    }

    /// These have it now.
    pub fn take(&mut self, queue: Queue, organizations: impl Iterator<Item = Uuid>) {
        let had = &mut self.round(queue).had;
        had.extend(organizations);
        had.sort_unstable();
        had.dedup();
    }

    /// Begins anew when the queue is empty, for when everybody who waits has had a turn; false when it may not.
    pub fn begin_anew(&mut self, queue: Queue, ready: u32) -> bool {
        ready == 0 && !std::mem::take(&mut self.round(queue).had).is_empty()
    }

    fn round(&mut self, queue: Queue) -> &mut Round {
        self.0.entry(queue).or_insert_with(|| Round { had: Vec::new(), each: EACH_MAX })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_round_ends_when_the_queue_is_empty() {
        let (one, other) = (Uuid::from_u128(1), Uuid::from_u128(2));
        let mut rounds = Rounds::default();
        rounds.take(Queue::Meter, [other, one, other].into_iter());
        assert_eq!(rounds.had(Queue::Meter), [one, other]);
        assert!(rounds.had(Queue::Register).is_empty());
        assert!(!rounds.begin_anew(Queue::Meter, 1));
        assert!(rounds.begin_anew(Queue::Meter, 0));
        assert!(rounds.had(Queue::Meter).is_empty());
        assert!(!rounds.begin_anew(Queue::Meter, 0), "there was nothing to begin anew");
    }

    #[test]
    fn where_messages_are_left_lying_fewer_go() {
        let mut rounds = Rounds::default();
        let mut room = |ready| rounds.room(Queue::Meter, ready);
        assert_eq!(room(0), Some(Room { each: 4, total: 64 }));
        assert_eq!(room(3), Some(Room { each: 1, total: 61 }));
        assert_eq!(room(0).map(|room| room.each), Some(2));
        assert_eq!(room(0).map(|room| room.each), Some(4));
        assert_eq!(room(0).map(|room| room.each), Some(4));
        assert_eq!((room(64), room(u32::MAX)), (None, None));
    }
}
