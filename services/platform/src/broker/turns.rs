//! Whose message is worked on next: organizations take turns, and none takes all workers.

use std::collections::{HashMap, HashSet, VecDeque};
use std::time::{Duration, Instant};
use uuid::Uuid;

use super::Work;

/// What is worked on: an organization, and what within its queue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Place {
    organization_id: Uuid,
    key: String,
}

/// Messages that wait for a worker, and what the workers are at.
pub(super) struct Turns<T> {
    workers: usize,
    /// Of one organization at once.
    share: usize,
    waiting: HashMap<Uuid, VecDeque<Waiting<T>>>,
    /// Those who wait; whose turn is next is at the front.
    order: VecDeque<Uuid>,
    at_work: HashMap<Uuid, HashSet<String>>,
}

struct Waiting<T> {
    key: String,
    since: Instant,
    message: T,
}

impl<T> Turns<T> {
    /// With so many workers, of which one is always left for others: all of one organization may take hours.
    pub(super) fn new(workers: usize) -> Self {
        Self {
            workers,
            share: workers.saturating_sub(1).max(1),
            waiting: HashMap::new(),
            order: VecDeque::new(),
            at_work: HashMap::new(),
        }
    }

    /// A message that waits from now on.
    pub(super) fn push(&mut self, work: &Work, message: T, now: Instant) {
        let organization_id = work.organization_id();
        let of_one = self.waiting.entry(organization_id).or_insert_with(|| {
            self.order.push_back(organization_id);
            VecDeque::new()
        });
        of_one.push_back(Waiting { key: work.key(), since: now, message });
    }

    /// The next message that a worker may begin; its place is taken until [`Turns::end`].
    pub(super) fn begin(&mut self) -> Option<(Place, T)> {
        let busy: usize = self.at_work.values().map(HashSet::len).sum();
        if busy >= self.workers {
            return None;
        }
        for _ in 0..self.order.len() {
            let organization_id = self.order.pop_front()?;
            let begun = self.begin_of(organization_id);
            if self.waiting.get(&organization_id).is_some_and(|of_one| !of_one.is_empty()) {
                self.order.push_back(organization_id);
            } else {
                self.waiting.remove(&organization_id);
            }
            if begun.is_some() {
                return begun;
            }
        }
        None
    }

    /// Two workers at the same thing would only be in each other's way.
    fn begin_of(&mut self, organization_id: Uuid) -> Option<(Place, T)> {
        let at_work = self.at_work.get(&organization_id);
        if at_work.is_some_and(|keys| keys.len() >= self.share) {
            return None;
        }
        let of_one = self.waiting.get_mut(&organization_id)?;
        let free = |waiting: &Waiting<T>| at_work.is_none_or(|keys| !keys.contains(&waiting.key));
        let Waiting { key, message, .. } = of_one.remove(of_one.iter().position(free)?)?;
        self.at_work.entry(organization_id).or_default().insert(key.clone());
        Some((Place { organization_id, key }, message))
    }

    /// A worker is free again.
    pub(super) fn end(&mut self, place: &Place) {
        let Some(keys) = self.at_work.get_mut(&place.organization_id) else { return };
        keys.remove(&place.key);
        if keys.is_empty() {
            self.at_work.remove(&place.organization_id);
        }
    }

    /// Those that have waited for so long, or for longer; they wait no more.
    pub(super) fn take_older(&mut self, age: Duration, now: Instant) -> Vec<T> {
        let mut taken = Vec::new();
        for of_one in self.waiting.values_mut() {
            while let Some(first) =
                of_one.pop_front_if(|first| now.saturating_duration_since(first.since) >= age)
            {
                taken.push(first.message);
            }
        }
        self.waiting.retain(|_, of_one| !of_one.is_empty());
        self.order.retain(|organization_id| self.waiting.contains_key(organization_id));
        taken
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn register(organization: u128, upload: u128) -> Work {
        let (organization_id, upload_id) = (Uuid::from_u128(organization), Uuid::from_u128(upload));
        Work::Register { organization_id, upload_id }
    }

    /// Messages are numbered; their organizations are as given.
    fn turns(workers: usize, organizations: &[u128]) -> Turns<usize> {
        let (mut turns, now) = (Turns::new(workers), Instant::now());
        for (number, organization) in organizations.iter().enumerate() {
            turns.push(&register(*organization, number as u128), number, now);
        }
        turns
    }

    fn begin_all(turns: &mut Turns<usize>) -> (Vec<Place>, Vec<usize>) {
        std::iter::from_fn(|| turns.begin()).unzip()
    }

    #[test]
    fn one_worker_is_left_for_others() {
        let mut turns = turns(3, &[1, 1, 1, 1]);
        let (places, begun) = begin_all(&mut turns);
        assert_eq!(begun, [0, 1]);
        turns.push(&register(2, 9), 9, Instant::now());
        assert_eq!(begin_all(&mut turns).1, [9]);
        turns.end(&places[0]);
        assert_eq!(begin_all(&mut turns).1, [2]);
    }

    #[test]
    fn a_single_worker_works_for_everybody() {
        let mut turns = turns(1, &[1, 1, 2, 3]);
        let mut done = Vec::new();
        while let Some((place, number)) = turns.begin() {
            assert!(turns.begin().is_none());
            turns.end(&place);
            done.push(number);
        }
        assert_eq!(done, [0, 2, 3, 1], "in turn, not in the order of arrival");
    }

    #[test]
    fn the_same_thing_is_not_begun_twice_at_once() {
        let mut turns = Turns::new(4);
        let (work, now) = (register(1, 7), Instant::now());
        turns.push(&work, "first", now);
        turns.push(&work, "again", now);
        turns.push(&register(1, 8), "other", now);
        let (place, first) = turns.begin().unwrap();
        assert_eq!((first, turns.begin().unwrap().1), ("first", "other"));
        assert!(turns.begin().is_none());
        turns.end(&place);
        assert_eq!(turns.begin().unwrap().1, "again");
    }

    #[test]
    fn what_waited_too_long_is_handed_out() {
        let mut turns = turns(1, &[1, 1, 2]);
        let begun = turns.begin().unwrap();
        assert!(turns.take_older(Duration::from_mins(1), Instant::now()).is_empty());
        let mut late = turns.take_older(Duration::ZERO, Instant::now());
        late.sort_unstable();
        assert_eq!(late, [1, 2]);
        turns.end(&begun.0);
        assert!(turns.begin().is_none());
    }
}
