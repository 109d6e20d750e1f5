//! A file in figures.

use std::collections::BTreeMap;

use metering::{CollectionKind, Manifest, UsageFile};

/// What a file holds.
#[derive(Debug)]
pub struct Summary {
    /// The manifest.
    pub manifest: Manifest,
    /// Whether a signature is there; if it is good, only the service can say.
    pub is_signed: bool,
    /// Collections by UTC day of their `from`.
    pub days: BTreeMap<String, usize>,
    /// Records as the manifest counts them.
    pub records: u64,
    /// Bytes of all collections as stored.
    pub stored_bytes: u64,
    /// Bytes of all collections inflated.
    pub inflated_bytes: u64,
}

/// Days in a row with the same number of collections.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stretch {
    /// The first day.
    pub first: String,
    /// The last day.
    pub last: String,
    /// Collections on each.
    pub collections: usize,
}

impl Summary {
    /// Counts what `file` lists.
    pub fn of(file: &UsageFile) -> Self {
        let collections = &file.manifest.collections;
        let mut days = BTreeMap::new();
        for collection in collections {
            let from = collection.from.to_string();
            let day = from.split_once('T').map_or(from.as_str(), |(day, _)| day);
            *days.entry(day.to_owned()).or_default() += 1;
        }
        Self {
            manifest: file.manifest.clone(),
            is_signed: file.signature.is_some(),
            days,
            records: collections.iter().map(|collection| collection.records).sum(),
            stored_bytes: file.locations.iter().map(|location| location.stored_bytes).sum(),
            inflated_bytes: file.locations.iter().map(|location| location.inflated_bytes).sum(),
        }
    }

    /// Collections of one product: (inventories, events).
    pub fn by_kind(&self, product: uuid::Uuid) -> (usize, usize) {
        let of = |kind| {
            let all = self.manifest.collections.iter();
            all.filter(|collection| collection.product_id == product && collection.kind == kind).count()
        };
        (of(CollectionKind::Inventory), of(CollectionKind::Events))
    }

    /// The days, those alike together. Days that the file skips end a stretch.
    pub fn stretches(&self) -> Vec<Stretch> {
        let mut stretches: Vec<Stretch> = Vec::new();
        for (day, collections) in &self.days {
            match stretches.last_mut() {
                Some(last) if last.collections == *collections && follows(&last.last, day) => {
                    last.last.clone_from(day);
                }
                _ => stretches.push(Stretch {
                    first: day.clone(),
                    last: day.clone(),
                    collections: *collections,
                }),
            }
        }
        stretches
    }
}

fn follows(day: &str, next: &str) -> bool {
    let date = |text: &str| text.parse::<chrono::NaiveDate>().ok();
    date(day).and_then(|day| day.succ_opt()).is_some_and(|after| date(next) == Some(after))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_alike_and_in_a_row_stand_together() {
        assert!(follows("2026-08-31", "2026-09-01"));
        assert!(!follows("2026-08-31", "2026-09-02"));
        assert!(!follows("x", "x"));
    }
}
