//! How many rows have ended and what they sum up to, by meter, together with cluster spans.

use super::spans::{ClusterStretch, RowSpan, Spans};
use crate::report::{LineCode, Totals};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The count and the sums of what has ended. A checkpoint carries those of the rows that a metering from it does not
/// see any more.
#[derive(Clone, Default, Serialize, Deserialize)]
pub(super) struct Tally {
    pub rows: u64,
    /// By the number of the meter.
    pub totals: BTreeMap<u32, Totals>,
    /// How many spans of this metering are in it.
    #[serde(skip)]
    counted: (usize, usize),
}

impl Tally {
    /// Adds what has ended since the last time. Spans are in the order of ending until they are sorted.
    pub fn count(&mut self, spans: &Spans) {
        let (rows, clusters) = self.counted;
        spans.rows.iter().skip(rows).for_each(|span| self.add_row(span));
        spans.clusters.iter().skip(clusters).for_each(|span| self.add_cluster(span));
        self.counted = (spans.rows.len(), spans.clusters.len());
    }

    /// A row that is not reported counts under no line.
    fn add_row(&mut self, RowSpan { row, end, .. }: &RowSpan) {
        self.rows += 1;
        if row.key.license.reported() {
            let duration_ms = end.0.abs_diff(row.begin.0);
            self.totals.entry(row.shown.meter).or_default().add_row(
                row.key.features,
                row.key.billed,
                duration_ms,
            );
        }
    }

    fn add_cluster(&mut self, ClusterStretch { stretch, end, .. }: &ClusterStretch) {
        let amount = u128::from(stretch.used_micro_gb) * u128::from(end.0.abs_diff(stretch.begin.0));
        self.totals.entry(stretch.meter).or_default().add(LineCode::Vsan(stretch.edition), amount);
    }
}
