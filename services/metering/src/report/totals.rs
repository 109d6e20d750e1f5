//! Sums by line, before any division. They add up over meters, vCenters and contracts without loss.

use super::LineCode;
use crate::features::FeatureSet;
use crate::record::Feature;
use crate::row::Row;
use crate::timeline::ClusterSpan;
use std::collections::BTreeMap;

/// Sums by line in the unit of the line's [`super::Measure`].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Totals(BTreeMap<LineCode, u128>);

impl Totals {
    /// Counts a reported row under its lines; a row that is not reported counts nowhere.
    pub fn add_row(&mut self, row: &Row<'_>) {
        if !row.reported() {
            return;
        }
        let vram = row.mb_hours().0;
        self.add(LineCode::FlexCore, vram);
        if row.features.contains(Feature::Vcd) {
            self.add(LineCode::FlexCoreVcd, vram);
        }
        for feature in FeatureSet::highest_editions(row.features).iter() {
            let amount = if feature == Feature::Srm { u128::from(row.duration_ms()) } else { vram };
            self.add(LineCode::AddOn(feature), amount);
        }
    }

    /// Counts a cluster span under its edition.
    pub fn add_span(&mut self, span: &ClusterSpan<'_>) {
        self.add(LineCode::Vsan(span.edition), span.amount());
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
