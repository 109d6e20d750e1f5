//! A change of a meter's settings that is dated back: what it touches is metered and composed again (metering.md §1.1).

use chrono::{NaiveDate, NaiveTime};
use platform::broker::Work;
use platform::problem::ApiError;
use schema::Tx;
use schema::meters;
use schema::reports::{self, Cause};
use schema::types::BillingMode;
use schema::units::{self, UnitKey};
use std::collections::BTreeSet;
use uuid::Uuid;

use super::changer::Changer;
use crate::work::enqueue;

/// A change of settings from a month up to another.
pub struct Reassessment {
    /// Whose settings.
    pub meter_id: Uuid,
    /// The mode before, and now.
    pub modes: (BillingMode, BillingMode),
    /// The first month's first day.
    pub from: NaiveDate,
    /// The day after the last month, if there is one.
    pub to: Option<NaiveDate>,
}

impl Reassessment {
    /// Marks the units whose evidence moves to the other mode, and has every month that shows the meter composed again.
    /// Where nothing turns out to be different, no revision is made.
    pub fn order(&self, tx: &mut Tx<'_>, changer: &Changer) -> Result<(), ApiError> {
        let organization_id = tx.organization()?;
        let mut months = self.months(tx)?;
        for key in self.mark(tx, changer)? {
            let UnitKey { billing_mode, vcenter_id, month } = key;
            let work = Work::Meter { organization_id, billing_mode, vcenter_id, month };
            enqueue(tx, &work, changer.machine_now)?;
            months.insert((billing_mode, month));
        }
        let cause = Cause { id: Uuid::now_v7(), cause: format!("registration:{}", self.meter_id) };
        for (billing_mode, month) in months {
            reports::add_cause(tx, billing_mode, month, &cause)?;
            enqueue(tx, &Work::Compose { organization_id, billing_mode, month }, changer.machine_now)?;
        }
        Ok(())
    }

    /// The months, in either mode, of which there is a report: its parts by contract and site may change even where no
    /// figure of the whole does.
    fn months(&self, tx: &mut Tx<'_>) -> Result<BTreeSet<(BillingMode, NaiveDate)>, ApiError> {
        let months = units::months_between(tx, self.from, self.to)?.into_iter();
        Ok(months.filter(|(mode, _)| *mode == self.modes.0 || *mode == self.modes.1).collect())
    }

    fn mark(&self, tx: &mut Tx<'_>, changer: &Changer) -> Result<Vec<UnitKey>, ApiError> {
        if self.modes.0 == self.modes.1 {
            return Ok(Vec::new());
        }
        let begin = |day: NaiveDate| day.and_time(NaiveTime::MIN).and_utc();
        let window = (begin(self.from), self.to.map(begin));
        let touched = meters::touched_by_settings(tx, self.meter_id, window, changer.now)?;
        let both = |billing_mode| {
            touched.iter().map(move |unit| UnitKey {
                billing_mode,
                vcenter_id: unit.vcenter_id,
                month: unit.month,
            })
        };
        let keys: Vec<UnitKey> = both(self.modes.0).chain(both(self.modes.1)).collect();
        Ok(units::mark(tx, &keys)?.into_iter().map(|(key, _)| key).collect())
    }
}
