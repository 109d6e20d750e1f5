//! Sums by line, before any division. They add up over meters, vCenters and contracts without loss.

use super::LineCode;
use crate::amount::HalfMb;
use crate::features::FeatureSet;
use crate::record::Feature;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Sums by line in the unit of the line's [`super::Measure`].
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Totals(BTreeMap<LineCode, u128>);

impl Totals {
    /// Counts a reported row under its lines.
    pub fn add_row(&mut self, features: FeatureSet, billed: HalfMb, duration_ms: u64) {
        let vram = billed.mb_hours(duration_ms).0;
        self.add(LineCode::FlexCore, vram);
        if features.contains(Feature::Vcd) {
            self.add(LineCode::FlexCoreVcd, vram);
        }
        for feature in FeatureSet::highest_editions(features).iter() {
            let amount = if feature == Feature::Srm { u128::from(duration_ms) } else { vram };
            self.add(LineCode::AddOn(feature), amount);
        }
    }

    /// Adds `amount` to a line; the line is listed from then on, also with 0.
    pub fn add(&mut self, code: LineCode, amount: u128) {
        *self.0.entry(code).or_default() += amount;
    }

    /// Adds another part's sums.
    pub fn merge(&mut self, other: &Self) {
        for (code, amount) in other.iter() {
            self.add(code, amount);
        }
    }

    /// The sums in the order of a report.
    pub fn iter(&self) -> impl Iterator<Item = (LineCode, u128)> + '_ {
        self.0.iter().map(|(code, amount)| (*code, *amount))
    }

    /// The sum of one line, 0 when nothing counts under it.
    pub fn get(&self, code: LineCode) -> u128 {
        self.0.get(&code).copied().unwrap_or_default()
    }
}
