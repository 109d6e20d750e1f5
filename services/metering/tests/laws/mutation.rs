//! Small random changes to text and bytes.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};

/// One change at one place.
#[derive(Clone, Debug)]
pub enum Mutation<T> {
    /// Something comes in.
    Insert(Index, T),
    /// Something is something else.
    Replace(Index, T),
    /// Something is gone.
    Remove(Index),
    /// A stretch comes twice.
    Repeat(Index, Index),
}

impl<T: Clone> Mutation<T> {
    fn apply(&self, items: &mut Vec<T>) {
        let position = |index: &Index, items: &Vec<T>| index.index(items.len() + 1);
        match self {
            Self::Insert(index, item) => items.insert(position(index, items), item.clone()),
            Self::Replace(index, item) if !items.is_empty() => {
                let at = index.index(items.len());
                items[at] = item.clone();
            }
            Self::Remove(index) if !items.is_empty() => {
                items.remove(index.index(items.len()));
            }
            Self::Repeat(a, b) => {
                let (a, b) = (position(a, items), position(b, items));
                let stretch = items[a.min(b)..a.max(b)].to_vec();
                items.splice(a.max(b)..a.max(b), stretch);
            }
            Self::Replace(..) | Self::Remove(_) => {}
        }
    }
}

/// Applies all mutations in turn.
pub fn mutate<T: Clone>(mut items: Vec<T>, mutations: &[Mutation<T>]) -> Vec<T> {
    for mutation in mutations {
        mutation.apply(&mut items);
    }
    items
}

/// Up to `most` mutations with items of `item`.
pub fn mutations<T: Clone + std::fmt::Debug>(
    item: impl Strategy<Value = T> + Clone,
    most: usize,
) -> impl Strategy<Value = Vec<Mutation<T>>> {
    let one = prop_oneof![
        3 => (any::<Index>(), item.clone()).prop_map(|(index, item)| Mutation::Insert(index, item)),
        3 => (any::<Index>(), item).prop_map(|(index, item)| Mutation::Replace(index, item)),
        3 => any::<Index>().prop_map(Mutation::Remove),
        1 => (any::<Index>(), any::<Index>()).prop_map(|(a, b)| Mutation::Repeat(a, b)),
    ];
    vec(one, 0..=most)
}

/// Characters that mean something in JSON, and a few that do not.
pub fn json_char() -> impl Strategy<Value = char> + Clone {
    select("{}[]\",:\\ubn/0123456789abdefE+-. \t\r\u{1}\u{7f}é😀truefalsn".chars().collect::<Vec<_>>())
}
