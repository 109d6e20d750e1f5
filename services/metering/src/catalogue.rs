//! What the operator may change with a date; built in are the values that the rules name (metering.md §2, §3).

use crate::report::LineCode;

/// The catalogue in force in a month.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Catalogue {
    /// The most that one VM is billed for, in MB.
    pub vram_cap_mb: u32,
}

impl Default for Catalogue {
    fn default() -> Self {
        Self { vram_cap_mb: 24_576 }
    }
}

impl Catalogue {
    /// Points per unit of a line; `None` while the operator has supplied none.
    pub fn points_per_unit(self, code: LineCode) -> Option<u64> {
        (code == LineCode::FlexCore).then_some(7)
    }
}
