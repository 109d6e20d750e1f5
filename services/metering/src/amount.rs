//! Exact amounts: integers in the smallest unit that a rule can produce, and their printed decimals.
//! Half megabytes, because the billed memory of an odd `memory_mb` ends in .5; millionths, because printed
//! decimals have six digits (metering.md §2, §3).

use serde::{Deserialize, Serialize};
use std::fmt;

/// Millionths in one.
pub const MICRO: u128 = 1_000_000;

/// A decimal with six digits behind the point, kept in millionths: `mb_hours`, `exact`, hours.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Micro(pub u128);

impl fmt::Display for Micro {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{:06}", self.0 / MICRO, self.0 % MICRO)
    }
}

/// Billed memory in halves of a megabyte.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct HalfMb(pub u64);

impl HalfMb {
    /// min(cap, max(`reserved_mb`, `memory_mb` / 2)), exact (metering.md §2).
    pub fn billed(memory_mb: u32, reserved_mb: u32, cap_mb: u32) -> Self {
        Self(u64::from(memory_mb).max(2 * u64::from(reserved_mb)).min(2 * u64::from(cap_mb)))
    }

    /// This memory over `duration_ms`, in millionths of an MB-hour, rounded half-up as a row prints it.
    pub fn mb_hours(self, duration_ms: u64) -> Micro {
        // halves/2 × ms/3,600,000 × 10⁶ = halves × ms × 5/36
        Micro(half_up(u128::from(self.0) * u128::from(duration_ms) * 5, 36))
    }
}

impl fmt::Display for HalfMb {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.0 / 2, if self.0 % 2 == 1 { ".5" } else { "" })
    }
}

/// `numerator / divisor`, rounded half-up; `divisor` is not zero.
pub fn half_up(numerator: u128, divisor: u128) -> u128 {
    (numerator + divisor / 2) / divisor
}

/// A duration as hours with six decimals, rounded half-up (metering.md §4).
pub fn hours(duration_ms: u64) -> Micro {
    Micro(half_up(u128::from(duration_ms) * MICRO, 3_600_000))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn billed_memory_is_capped_and_exact() {
        let billed = |memory, reserved| HalfMb::billed(memory, reserved, 24_576).to_string();
        assert_eq!(billed(2049, 0), "1024.5");
        assert_eq!(billed(2048, 2000), "2000");
        assert_eq!(billed(1_000_000, 0), "24576");
        assert_eq!(billed(u32::MAX, u32::MAX), "24576");
    }

    #[test]
    fn mb_hours_round_half_up() {
        assert_eq!(HalfMb(2 * 1024).mb_hours(10_800_000).to_string(), "3072.000000");
        // 0.5 MB × 18 ms = 2.5 millionths of an MB-hour
        assert_eq!(HalfMb(1).mb_hours(18), Micro(3));
        assert_eq!(HalfMb(1).mb_hours(17), Micro(2));
        assert_eq!(hours(36).to_string(), "0.000010");
    }
}
