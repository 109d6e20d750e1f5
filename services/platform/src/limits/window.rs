//! What this process holds of each limit in the minute that is.

use chrono::{DateTime, Utc};
use std::collections::{HashMap, HashSet};

use super::{Key, Standing};
use crate::config::LimitSettings;

/// The length of every window.
pub const WINDOW_SECONDS: i64 = 60;

/// Who counts more forgets what it holds and asks the database again, which knows the counts.
const KEYS_MAX: usize = 1 << 16;

/// Each lease is this part of the limit: so many statements a minute and a key, and at worst as many parts of the
/// limit unused in other processes as there are processes.
const LEASES_OF_LIMIT: u32 = 20;

/// The minute that is.
#[derive(Debug, Default)]
pub struct Window {
    /// Minutes since 1970.
    number: i64,
    /// The database was asked in vain in this minute: this process counts alone.
    alone: bool,
    /// Nothing was leased yet.
    fresh: bool,
    held: HashMap<Key, Held>,
    wanted: HashSet<Key>,
}

/// What this process holds of a limit.
#[derive(Debug, Clone, Copy)]
struct Held {
    /// Leased, and not spent.
    in_hand: u32,
    /// What was left for all processes when one of us looked last.
    left: u32,
}

/// What to ask the database for.
#[derive(Debug)]
pub struct Wish {
    pub window: i64,
    /// The first of this window.
    pub is_first: bool,
    pub keys: Vec<(Key, u32)>,
}

impl Window {
    /// Takes one request out of each of these limits, or says which is spent; none when that is not known here, after
    /// which the next [`Self::wish`] asks for it.
    pub fn take(&mut self, keys: &[Key], settings: &LimitSettings, now: DateTime<Utc>) -> Option<Standing> {
        self.enter(now);
        let mut tightest: Option<Standing> = None;
        let mut unknown = false;
        for key in keys {
            let limit = key.limit(settings);
            if limit == 0 {
                continue;
            }
            let held = self.held(*key, limit);
            if held.in_hand == 0 && held.left > 0 {
                unknown = true;
                self.wanted.insert(*key);
                continue;
            }
            let allowed = held.in_hand > 0;
            let remaining = held.in_hand.saturating_add(held.left).saturating_sub(1);
            let reset_seconds = reset_seconds(now);
            let standing = Standing { limit_name: key.name(), allowed, limit, remaining, reset_seconds };
            tightest = Some(tightest.map_or(standing, |other| other.or_tighter(standing)));
        }
        let refused = tightest.filter(|standing| !standing.allowed);
        // What is refused for one limit is not taken out of another.
        if refused.is_some() || unknown {
            return refused;
        }
        for key in keys {
            if let Some(held) = self.held.get_mut(key) {
                held.in_hand = held.in_hand.saturating_sub(1);
            }
        }
        tightest
    }

    /// What waits for a lease.
    pub fn wish(&mut self, settings: &LimitSettings) -> Wish {
        let wanted = std::mem::take(&mut self.wanted);
        let keys = wanted.into_iter().map(|key| {
            let part = key.limit(settings).div_ceil(LEASES_OF_LIMIT);
            let left = self.held.get(&key).map_or(part, |held| held.left);
            (key, part.min(left).max(1))
        });
        let keys = keys.collect();
        Wish { window: self.number, is_first: std::mem::take(&mut self.fresh), keys }
    }

    /// Adds what was leased: `taken` is what all processes asked for, this lease included.
    pub fn receive(&mut self, wish: &Wish, key: Key, asked: u32, taken: i64, settings: &LimitSettings) {
        if wish.window != self.number {
            return; // the minute it was for is over
        }
        let limit = key.limit(settings);
        let before = taken.saturating_sub(i64::from(asked));
        let held = self.held(key, limit);
        held.in_hand = held.in_hand.saturating_add(left_of(limit, before).min(asked));
        held.left = left_of(limit, taken);
    }

    /// Until the next minute this process counts alone: better too much let through than everything refused.
    pub fn count_alone(&mut self) {
        self.alone = true;
        for held in self.held.values_mut() {
            held.in_hand = held.in_hand.saturating_add(std::mem::take(&mut held.left));
        }
    }

    fn held(&mut self, key: Key, limit: u32) -> &mut Held {
        if self.held.len() >= KEYS_MAX && !self.held.contains_key(&key) {
            self.held.clear();
        }
        let (in_hand, left) = if self.alone { (limit, 0) } else { (0, limit) };
        self.held.entry(key).or_insert(Held { in_hand, left })
    }

    /// A request that was a little slow counts in the minute that has begun; a clock that was set back is believed.
    fn enter(&mut self, now: DateTime<Utc>) {
        let number = number_of(now);
        if number != self.number && number != self.number.saturating_sub(1) {
            *self = Self { number, fresh: true, ..Self::default() };
        }
    }
}

const fn number_of(now: DateTime<Utc>) -> i64 {
    now.timestamp().div_euclid(WINDOW_SECONDS)
}

/// Until the next minute; at least a second, so that who waits it out finds it begun.
fn reset_seconds(now: DateTime<Utc>) -> u32 {
    let left = WINDOW_SECONDS.saturating_sub(now.timestamp().rem_euclid(WINDOW_SECONDS));
    u32::try_from(left).unwrap_or(1)
}

fn left_of(limit: u32, taken: i64) -> u32 {
    u32::try_from(i64::from(limit).saturating_sub(taken)).unwrap_or(0).min(limit)
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    const NOW: DateTime<Utc> = DateTime::from_timestamp_nanos(1_800_000_000_000_000_000);

    #[test]
    fn memory_does_not_grow_with_callers() {
        let settings = LimitSettings { organization: 2, ..LimitSettings::default() };
        let mut window = Window::default();
        window.enter(NOW);
        window.count_alone();
        for id in 0..3 * KEYS_MAX as u128 {
            let key = Key::Organization(Uuid::from_u128(id));
            assert!(window.take(&[key], &settings, NOW).is_some_and(|standing| standing.allowed));
            assert!(window.held.len() <= KEYS_MAX);
        }
    }

    #[test]
    fn a_lease_for_a_minute_that_is_over_is_lost() {
        let settings = LimitSettings { organization: 100, ..LimitSettings::default() };
        let (mut window, key) = (Window::default(), Key::Organization(Uuid::nil()));
        assert_eq!(window.take(&[key], &settings, NOW), None);
        let wish = window.wish(&settings);
        assert!(wish.is_first);
        assert_eq!(wish.keys, [(key, 5)]);
        let later = NOW + chrono::TimeDelta::minutes(1);
        assert_eq!(window.take(&[key], &settings, later), None);
        window.receive(&wish, key, 5, 5, &settings);
        assert_eq!(window.take(&[key], &settings, later), None, "it was not for this minute");
        assert!(window.wish(&settings).is_first);
        assert!(!window.wish(&settings).is_first);
    }
}
