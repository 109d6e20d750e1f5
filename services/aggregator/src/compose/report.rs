//! The lines of a report and of its parts, every one rounded on its own (metering.md §3).

use super::parts::{Assignments, Part};
use crate::error::WorkError;
use metering::report::{LineCode, Totals, lines};
use metering::{Catalogue, Micro, Month};
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;
use schema::reports::{Line, Revision};
use schema::units::UnitTotal;
use std::collections::BTreeMap;

/// A month's sums, whole and by part.
pub struct Report {
    month: Month,
    parts: BTreeMap<Part, Totals>,
}

impl Report {
    /// Adds up the sums of units.
    pub fn of(month: Month, totals: &[UnitTotal], assignments: &Assignments) -> Result<Self, WorkError> {
        let listed = assignments.listed.iter().cloned();
        let mut parts: BTreeMap<Part, Totals> = listed.map(|part| (part, Totals::default())).collect();
        for total in totals {
            let amount = total.amount.to_u128().ok_or_else(|| inconsistent(total))?;
            let code = LineCode::parse(&total.code).ok_or_else(|| inconsistent(total))?;
            for part in assignments.of_meter(total.meter_id).ok_or_else(|| inconsistent(total))? {
                parts.entry(part.clone()).or_default().add(code, amount);
            }
        }
        Ok(Self { month, parts })
    }

    /// The contracts that have a part.
    pub fn contracts(&self) -> impl Iterator<Item = &str> {
        self.parts.keys().filter_map(|part| match part {
            Part::Contract(number) => Some(number.as_str()),
            Part::Whole | Part::Site(_) => None,
        })
    }

    /// The lines as they are stored with a revision.
    pub fn lines(&self, revision: &Revision) -> Result<Vec<Line>, WorkError> {
        let mut stored = Vec::new();
        for (part, totals) in &self.parts {
            let mut position = 0;
            for line in lines(self.month, totals) {
                let points = Catalogue::default().points_per_unit(line.code).map(Decimal::from);
                let mut add = |code, amount, quantity, exact, points: Option<Decimal>| {
                    position += 1;
                    store(revision, part, position, (code, amount, quantity, exact), points)
                };
                stored.push(add(line.code, line.amount, line.quantity, line.exact, points)?);
                for part in line.breakdown {
                    stored.push(add(part.code, part.amount, part.quantity, part.exact, None)?);
                }
            }
        }
        Ok(stored)
    }
}

fn store(
    revision: &Revision,
    part: &Part,
    position: i32,
    (code, amount, quantity, exact): (LineCode, u128, u64, Micro),
    points_per_unit: Option<Decimal>,
) -> Result<Line, WorkError> {
    let too_large = || WorkError::Inconsistent(format!("the sum of {} is too large", code.as_str()));
    let decimal = |number: u128, scale| {
        Decimal::try_from_i128_with_scale(number.cast_signed(), scale).map_err(|_| too_large())
    };
    let quantity = i64::try_from(quantity).map_err(|_| too_large())?;
    let (contract, site_id) = part.columns();
    Ok(Line {
        organization_id: revision.organization_id,
        billing_mode: revision.billing_mode,
        month: revision.month,
        revision: revision.revision,
        contract_number: contract.to_owned(),
        position,
        code: code.as_str().to_owned(),
        amount: decimal(amount, 0)?,
        quantity,
        exact: decimal(exact.0, 6)?,
        points_per_unit,
        points: points_per_unit.map(|points| points * Decimal::from(quantity)),
        site_id,
    })
}

fn inconsistent(total: &UnitTotal) -> WorkError {
    WorkError::Inconsistent(format!("sum {} of meter {}", total.code, total.meter_id))
}
