//! The limits of one file (usage-data.md §1), each of which is checked while reading and never only afterwards.

const KIB: u64 = 1024;
const MIB: u64 = 1024 * KIB;
const GIB: u64 = 1024 * MIB;

/// What a reader takes at most. [`Limits::default`] holds the figures of usage-data.md §1.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of the file as it was uploaded.
    pub file_bytes: u64,
    /// Entries of the archive, the manifest included; also collections that a manifest may list.
    pub entries: u32,
    /// Inflated bytes of one entry.
    pub entry_bytes: u64,
    /// Inflated bytes of all entries together.
    pub all_entries_bytes: u64,
    /// Inflated bytes for each stored byte, judged for entries over [`Limits::ratio_from_bytes`] only.
    pub ratio: u64,
    /// The inflated size over which [`Limits::ratio`] is judged, in bytes.
    pub ratio_from_bytes: u64,
    /// Inflated bytes of `manifest.json`.
    pub manifest_bytes: u64,
    /// Bytes of one record line without its `\n`.
    pub line_bytes: u64,
    /// Calendar months (UTC) which the collections of a file touch.
    pub months: u32,
    /// Products that a manifest lists.
    pub products: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            file_bytes: 2 * GIB,
            entries: 20_000,
            entry_bytes: 512 * MIB,
            all_entries_bytes: 32 * GIB,
            ratio: 200,
            ratio_from_bytes: MIB,
            manifest_bytes: 16 * MIB,
            line_bytes: 64 * KIB,
            months: 4,
            products: 64,
        }
    }
}

impl Limits {
    /// Whether an entry inflates further than [`Limits::ratio`] allows.
    pub(crate) fn exceeds_ratio(&self, stored_bytes: u64, inflated_bytes: u64) -> bool {
        inflated_bytes > self.ratio_from_bytes && inflated_bytes > stored_bytes.saturating_mul(self.ratio)
    }
}

#[cfg(test)]
mod tests {
    use super::Limits;

    #[test]
    fn the_ratio_is_judged_over_one_mebibyte_only() {
        let limits = Limits::default();
        assert!(!limits.exceeds_ratio(1, 1 << 20));
        assert!(limits.exceeds_ratio(1, (1 << 20) + 1));
        assert!(!limits.exceeds_ratio(1 << 20, 200 << 20));
        assert!(limits.exceeds_ratio(1 << 20, (200 << 20) + 1));
    }
}
