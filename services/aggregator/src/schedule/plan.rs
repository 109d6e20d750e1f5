//! What a run is to do: every unit of every open month of every organization.

use crate::context::Context;
use crate::error::WorkError;
use crate::outbox;
use chrono::{DateTime, NaiveDate, Utc};
use metering::{Instant, Month};
use platform::calendar::{first_day, instant, month_of, utc};
use schema::types::BillingMode;
use schema::units::{self, UnitKey};
use schema::{Scope, Tx, evidence, reports, runs};
use std::collections::BTreeSet;
use uuid::Uuid;

/// Plans a run, organization by organization. What is planned already stays as it is.
pub async fn plan(context: &Context, slot: DateTime<Utc>) -> Result<(), WorkError> {
    let organizations =
        context.db.machinery(|tx| Ok::<_, WorkError>(runs::organizations_with_evidence(tx)?)).await?;
    let (now, machine_now) = (context.clock.now(), context.clock.machine_now());
    let deadline_ms = context.deadline_ms;
    for organization_id in organizations {
        let planning = Planning { organization_id, slot, now, machine_now, deadline_ms };
        context.db.run(Scope::Organization(organization_id), move |tx| planning.run(tx)).await?;
        context.wake.notify_one();
    }
    Ok(())
}

struct Planning {
    organization_id: Uuid,
    slot: DateTime<Utc>,
    now: DateTime<Utc>,
    machine_now: DateTime<Utc>,
    deadline_ms: i64,
}

impl Planning {
    fn run(&self, tx: &mut Tx<'_>) -> Result<(), WorkError> {
        for (mode, month, vcenters) in self.open_months(tx)? {
            // With the marks in one transaction: a plan made again does not mark again.
            if !runs::add_month(tx, self.slot, mode, month)? {
                continue;
            }
            let keys: Vec<UnitKey> = vcenters
                .into_iter()
                .map(|vcenter_id| UnitKey { billing_mode: mode, vcenter_id, month })
                .collect();
            for (key, _) in units::mark(tx, &keys)? {
                outbox::put(tx, &outbox::meter(self.organization_id, &key), self.machine_now)?;
            }
        }
        Ok(())
    }

    /// A month is open while its newest revision is provisional, and from its first instant to its deadline when
    /// there is evidence.
    fn open_months(
        &self,
        tx: &mut Tx<'_>,
    ) -> Result<Vec<(BillingMode, NaiveDate, BTreeSet<Uuid>)>, WorkError> {
        let mut candidates: BTreeSet<(BillingMode, NaiveDate)> =
            reports::provisional_months(tx)?.into_iter().collect();
        for month in self.running_months() {
            let day = first_day(month);
            candidates.extend(BillingMode::ALL.iter().map(|mode| (*mode, day)));
        }
        let mut open = Vec::new();
        for (mode, day) in candidates {
            let vcenters = vcenters(tx, mode, day)?;
            let last = reports::latest(tx, self.organization_id, mode, day)?;
            let is_final = last.is_some_and(|last| last.status == schema::types::ReportStatus::Final);
            if !vcenters.is_empty() && !is_final {
                open.push((mode, day, vcenters));
            }
        }
        Ok(open)
    }

    /// This month, and the last one until its deadline.
    fn running_months(&self) -> Vec<Month> {
        let now = instant(self.now);
        let this = now.month();
        let last = Instant(this.begin().0 - 1).month();
        let last_runs = now.0 <= last.end().0 + self.deadline_ms;
        [last_runs.then_some(last), Some(this)].into_iter().flatten().collect()
    }
}

/// The vCenters with evidence of the month, and those that were metered for it before.
fn vcenters(tx: &mut Tx<'_>, mode: BillingMode, day: NaiveDate) -> Result<BTreeSet<Uuid>, WorkError> {
    let month = month_of(day);
    let seen = evidence::vcenters_seen(tx, (utc(month.evidence_begin()), utc(month.end())))?;
    let seen = seen.into_iter().filter(|seen| seen.billing_mode == mode).map(|seen| seen.vcenter_id);
    let metered = units::of_month(tx, mode, day)?.into_iter().filter(|unit| unit.version > 0);
    Ok(seen.chain(metered.map(|unit| unit.vcenter_id)).collect())
}
