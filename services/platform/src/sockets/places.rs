//! Places that are taken and given back: a number for all, and a part of it for each.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Places of a process. Cheap to clone.
#[derive(Debug)]
pub struct Places<K: Eq + Hash + Copy>(Arc<Inner<K>>);

#[derive(Debug)]
struct Inner<K> {
    all_max: usize,
    each_max: usize,
    taken: Mutex<Taken<K>>,
}

#[derive(Debug)]
struct Taken<K> {
    all: usize,
    each: HashMap<K, usize>,
}

/// One place, until it is dropped.
#[derive(Debug)]
pub struct Place<K: Eq + Hash + Copy> {
    places: Places<K>,
    of: Option<K>,
}

/// Why there is no place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Full {
    /// All are taken.
    All,
    /// Who asked has its part.
    Each,
}

impl<K: Eq + Hash + Copy> Clone for Places<K> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<K: Eq + Hash + Copy> Places<K> {
    /// So many for all, and for each of them; 0 for each is no limit but that for all.
    pub fn new(all_max: usize, each_max: usize) -> Self {
        let taken = Mutex::new(Taken { all: 0, each: HashMap::new() });
        Self(Arc::new(Inner { all_max, each_max, taken }))
    }

    /// A place for one of many; none stands for those who are not counted by themselves.
    pub fn take(&self, of: Option<K>) -> Result<Place<K>, Full> {
        let of = of.filter(|_| self.0.each_max > 0);
        let mut taken = self.taken();
        if taken.all >= self.0.all_max {
            return Err(Full::All);
        }
        if let Some(key) = of {
            let each = taken.each.entry(key).or_default();
            if *each >= self.0.each_max {
                return Err(Full::Each);
            }
            *each += 1;
        }
        taken.all += 1;
        drop(taken);
        Ok(Place { places: self.clone(), of })
    }

    /// How many are taken.
    pub fn in_use(&self) -> usize {
        self.taken().all
    }

    fn taken(&self) -> MutexGuard<'_, Taken<K>> {
        self.0.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<K: Eq + Hash + Copy> Drop for Place<K> {
    fn drop(&mut self) {
        let mut taken = self.places.taken();
        taken.all = taken.all.saturating_sub(1);
        let Some(key) = self.of else { return };
        if let Some(each) = taken.each.get_mut(&key) {
            *each = each.saturating_sub(1);
            if *each == 0 {
                taken.each.remove(&key);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_cannot_take_the_places_of_all() {
        let places = Places::new(3, 2);
        let of_one = [places.take(Some(1)).unwrap(), places.take(Some(1)).unwrap()];
        assert_eq!(places.take(Some(1)).unwrap_err(), Full::Each);
        let other = places.take(Some(2)).unwrap();
        assert_eq!(places.take(Some(3)).unwrap_err(), Full::All);
        assert_eq!(places.take(None).unwrap_err(), Full::All);
        drop(of_one);
        let uncounted = [places.take(None).unwrap(), places.take(None).unwrap()];
        assert_eq!(places.in_use(), 3);
        drop((other, uncounted));
        assert_eq!((places.in_use(), places.taken().each.len()), (0, 0), "nothing is kept of who is gone");
    }

    #[test]
    fn no_limit_for_each_is_none() {
        let places = Places::new(100, 0);
        let all: Vec<_> = (0..100).map(|_| places.take(Some(1)).unwrap()).collect();
        assert_eq!(places.take(Some(1)).unwrap_err(), Full::All);
        drop(all);
        assert_eq!(places.in_use(), 0);
    }
}
