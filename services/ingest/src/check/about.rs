//! What a manifest says of its file, as the upload's row keeps it.

use chrono::NaiveDate;
use metering::{Manifest, Refusal, Refusals};
use platform::calendar;
use uuid::Uuid;

/// A meter's version is opaque to us, and not trusted to be short.
const VERSION_CHARS_MAX: usize = 100;

/// The manifest in short.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct About {
    /// The meter that wrote the file.
    pub meter_id: Uuid,
    /// Its first day.
    pub month: NaiveDate,
    /// Whether the month had not ended.
    pub partial: bool,
    /// The meter's software.
    pub meter_version: String,
}

impl About {
    /// What this manifest says.
    pub fn of(manifest: &Manifest) -> Self {
        let version: String = manifest.meter_version.chars().take(VERSION_CHARS_MAX).collect();
        Self {
            meter_id: manifest.meter_id,
            month: calendar::first_day(manifest.month),
            partial: manifest.partial,
            meter_version: without_nul(version),
        }
    }
}

/// The refusals without what a database cannot keep: names of entries are foreign text.
pub fn storable(refusals: &Refusals) -> Vec<Refusal> {
    let storable = |refusal: Refusal| Refusal {
        message: without_nul(refusal.message),
        path: refusal.path.map(without_nul),
        field: refusal.field.map(without_nul),
        ..refusal
    };
    refusals.as_slice().iter().cloned().map(storable).collect()
}

/// PostgreSQL's text has no NUL.
fn without_nul(text: String) -> String {
    if text.contains('\0') { text.replace('\0', "\u{fffd}") } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;
    use metering::Code;

    #[test]
    fn what_is_kept_has_no_nul() {
        let refusal = Refusal::new(Code::ArchiveInvalid, "a\0b").at_path("c\0");
        let kept = storable(&refusal.into());
        assert_eq!(kept[0].message, "a\u{fffd}b");
        assert_eq!(kept[0].path.as_deref(), Some("c\u{fffd}"));
    }
}
