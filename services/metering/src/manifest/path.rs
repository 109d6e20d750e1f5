//! The entry that a collection must lie in (usage-data.md §1).

use uuid::Uuid;

use super::CollectionKind;
use crate::time::{HOUR_MS, Instant};

/// `<YYYY-MM-DD>/<product-uuid>/<kind>-<HHMMSSmmm>-<duration>.ndjson`, with the UTC day and time of `from` and the
/// milliseconds from `from` to `to`.
pub fn entry_path(product_id: Uuid, kind: CollectionKind, from: Instant, to: Instant) -> String {
    let written = from.to_string();
    let day = written.split('T').next().unwrap_or_default();
    let ms = from.0.rem_euclid(24 * HOUR_MS);
    let (hour, minute, second, ms) = (ms / HOUR_MS, ms / 60_000 % 60, ms / 1000 % 60, ms % 1000);
    let duration_ms = to.0.saturating_sub(from.0);
    format!("{day}/{product_id}/{kind}-{hour:02}{minute:02}{second:02}{ms:03}-{duration_ms}.ndjson")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_those_of_the_specification() {
        let path = |kind, from: &str, to: &str| {
            let at = |text: &str| Instant::parse(text.as_bytes()).unwrap();
            entry_path(Uuid::nil(), kind, at(from), at(to))
        };
        assert_eq!(
            path(CollectionKind::Events, "2026-10-01T13:00:00Z", "2026-10-01T14:00:00Z"),
            "2026-10-01/00000000-0000-0000-0000-000000000000/events-130000000-3600000.ndjson"
        );
        assert_eq!(
            path(CollectionKind::Inventory, "2026-10-01T08:01:02.003Z", "2026-10-01T08:01:02.003Z"),
            "2026-10-01/00000000-0000-0000-0000-000000000000/inventory-080102003-0.ndjson"
        );
    }
}
