//! Objects by identity, numbered in the order of their first mention.

use hashbrown::HashMap;
use std::hash::Hash;

/// Objects of one kind. Numbers are stable: objects leave a timeline, never the table.
pub(super) struct Slots<K, V> {
    index: HashMap<K, u32>,
    items: Vec<(K, V)>,
    next: usize,
}

impl<K, V> Default for Slots<K, V> {
    fn default() -> Self {
        Self { index: HashMap::new(), items: Vec::new(), next: 0 }
    }
}

impl<K: Copy + Eq + Hash, V: Default> Slots<K, V> {
    /// The number of `key`, made with a default value when it is new.
    pub fn number(&mut self, key: K) -> u32 {
        // A census repeats the order of the one before: try the object behind the last one first.
        if let Some((candidate, _)) = self.items.get(self.next)
            && *candidate == key
        {
            self.next += 1;
            return narrow(self.next - 1);
        }
        let items = &mut self.items;
        let number = *self.index.entry(key).or_insert_with(|| {
            items.push((key, V::default()));
            narrow(items.len() - 1)
        });
        self.next = number as usize + 1;
        number
    }
}

impl<K: Copy, V> Slots<K, V> {
    pub fn get(&self, number: u32) -> Option<&V> {
        self.items.get(number as usize).map(|(_, value)| value)
    }

    pub fn get_mut(&mut self, number: u32) -> Option<&mut V> {
        self.items.get_mut(number as usize).map(|(_, value)| value)
    }

    pub fn key(&self, number: u32) -> Option<K> {
        self.items.get(number as usize).map(|(key, _)| *key)
    }

    pub fn iter(&self) -> impl Iterator<Item = &(K, V)> {
        self.items.iter()
    }

    pub fn iter_mut(&mut self) -> impl Iterator<Item = (u32, &mut V)> {
        self.items.iter_mut().enumerate().map(|(number, (_, value))| (narrow(number), value))
    }

    pub fn len(&self) -> u32 {
        narrow(self.items.len())
    }
}

/// Object counts stay below 2³²: every one of them took a line of at least 60 bytes of at most 32 GiB a file.
fn narrow(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_stable_in_any_order_of_asking() {
        let mut slots: Slots<u64, ()> = Slots::default();
        let first: Vec<u32> = [7, 8, 9].map(|key| slots.number(key)).to_vec();
        let again: Vec<u32> = [7, 8, 9, 8, 9, 7, 7].map(|key| slots.number(key)).to_vec();
        assert_eq!(first, [0, 1, 2]);
        assert_eq!(again, [0, 1, 2, 1, 2, 0, 0]);
    }
}
