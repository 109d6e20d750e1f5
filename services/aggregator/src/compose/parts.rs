//! What a month's sums are shown by: the whole, each contract, each site.

use crate::error::WorkError;
use chrono::NaiveDate;
use schema::types::BillingMode;
use schema::{Tx, meters, orders};
use std::collections::{BTreeSet, HashMap};
use uuid::Uuid;

/// What a line is of; each is rounded on its own (metering.md §3).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Part {
    /// The whole month.
    Whole,
    /// What is ordered under a contract.
    Contract(String),
    /// What stands at a site.
    Site(Uuid),
}

impl Part {
    /// As the columns of a line have it: empty and nil are none.
    pub fn columns(&self) -> (&str, Uuid) {
        match self {
            Self::Whole => ("", Uuid::nil()),
            Self::Contract(number) => (number, Uuid::nil()),
            Self::Site(id) => ("", *id),
        }
    }
}

/// Where the usage of each meter belongs in a month: settings change at a month's start only, so that is one contract
/// and at most one site.
pub struct Assignments {
    /// The parts that are listed also without any usage.
    pub listed: BTreeSet<Part>,
    by_meter: HashMap<Uuid, Vec<Part>>,
}

impl Assignments {
    /// Those of a month. Listed are the contracts and sites of the meters of the mode that are registered in it, and
    /// the contracts that have an order of it: an order whose meters all moved away follows down to nothing.
    pub fn of(tx: &mut Tx<'_>, mode: BillingMode, month: NaiveDate) -> Result<Self, WorkError> {
        let mut assignments = Self { listed: BTreeSet::from([Part::Whole]), by_meter: HashMap::new() };
        let begin = month.and_time(chrono::NaiveTime::MIN).and_utc();
        for (settings, deregistered_at) in meters::settings_of_month(tx, month)? {
            let contract = Part::Contract(settings.contract_number);
            let parts: Vec<Part> =
                std::iter::once(contract).chain(settings.site_id.map(Part::Site)).collect();
            if settings.billing_mode == mode && deregistered_at.is_none_or(|at| at > begin) {
                assignments.listed.extend(parts.iter().cloned());
            }
            assignments.by_meter.insert(settings.meter_id, parts);
        }
        if mode == BillingMode::Production {
            let ordered = orders::contracts_of_month(tx, month)?.into_iter();
            assignments.listed.extend(ordered.map(Part::Contract));
        }
        Ok(assignments)
    }

    /// What the usage of a meter counts under; none of a meter that was never registered.
    pub fn of_meter(&self, meter_id: Uuid) -> Option<impl Iterator<Item = &Part>> {
        let parts = self.by_meter.get(&meter_id)?;
        Some(std::iter::once(&Part::Whole).chain(parts))
    }
}
