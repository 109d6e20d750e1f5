//! The lines of a report and of each contract's part, every one rounded on its own (metering.md §3).

use crate::error::WorkError;
use chrono::NaiveDate;
use metering::report::{LineCode, Totals, lines};
use metering::{Catalogue, Micro, Month};
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;
use schema::Tx;
use schema::meters;
use schema::reports::{Line, Revision};
use schema::types::BillingMode;
use schema::units::UnitTotal;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use uuid::Uuid;

/// The contracts of a month's meters.
pub struct Contracts {
    /// With a meter of the mode in that month.
    pub numbers: BTreeSet<String>,
    by_meter: HashMap<Uuid, String>,
}

/// The contracts in force in a month: settings change at a month's start only, so a meter has one.
pub fn contracts(tx: &mut Tx<'_>, mode: BillingMode, month: NaiveDate) -> Result<Contracts, WorkError> {
    let mut contracts = Contracts { numbers: BTreeSet::new(), by_meter: HashMap::new() };
    let mut numbers = HashMap::new();
    // Oldest first: the last one up to the month is in force.
    for settings in meters::all_settings(tx)?.into_iter().filter(|settings| settings.effective_from <= month)
    {
        contracts.by_meter.insert(settings.meter_id, settings.contract_number.clone());
        numbers.insert(settings.meter_id, (settings.billing_mode, settings.contract_number));
    }
    contracts.numbers =
        numbers.into_values().filter(|(billing, _)| *billing == mode).map(|(_, number)| number).collect();
    Ok(contracts)
}

/// A month's sums, whole and by contract.
pub struct Report {
    month: Month,
    /// Under the empty number: the whole.
    parts: BTreeMap<String, Totals>,
}

impl Report {
    /// Adds up the sums of units.
    pub fn of(month: Month, totals: &[UnitTotal], contracts: &Contracts) -> Result<Self, WorkError> {
        let mut parts: BTreeMap<String, Totals> = BTreeMap::new();
        parts.insert(String::new(), Totals::default());
        for number in &contracts.numbers {
            parts.insert(number.clone(), Totals::default());
        }
        for total in totals {
            let amount = total.amount.to_u128().ok_or_else(|| inconsistent(total))?;
            let code = LineCode::parse(&total.code).ok_or_else(|| inconsistent(total))?;
            let contract = contracts.by_meter.get(&total.meter_id).ok_or_else(|| inconsistent(total))?;
            parts.entry(String::new()).or_default().add(code, amount);
            parts.entry(contract.clone()).or_default().add(code, amount);
        }
        Ok(Self { month, parts })
    }

    /// The lines as they are stored with a revision.
    pub fn lines(&self, revision: &Revision) -> Result<Vec<Line>, WorkError> {
        let mut stored = Vec::new();
        for (contract, totals) in &self.parts {
            let mut position = 0;
            for line in lines(self.month, totals) {
                let points = Catalogue::default().points_per_unit(line.code).map(Decimal::from);
                let mut add = |code, amount, quantity, exact, points: Option<Decimal>| {
                    position += 1;
                    store(revision, contract, position, (code, amount, quantity, exact), points)
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
    contract: &str,
    position: i32,
    (code, amount, quantity, exact): (LineCode, u128, u64, Micro),
    points_per_unit: Option<Decimal>,
) -> Result<Line, WorkError> {
    let too_large = || WorkError::Inconsistent(format!("the sum of {} is too large", code.as_str()));
    let decimal = |number: u128, scale| {
        Decimal::try_from_i128_with_scale(number.cast_signed(), scale).map_err(|_| too_large())
    };
    let quantity = i64::try_from(quantity).map_err(|_| too_large())?;
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
    })
}

fn inconsistent(total: &UnitTotal) -> WorkError {
    WorkError::Inconsistent(format!("sum {} of meter {}", total.code, total.meter_id))
}
