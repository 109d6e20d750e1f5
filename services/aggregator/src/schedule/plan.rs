//! What a run is to do: every unit of every open month of every organization.

use crate::context::Context;
use crate::error::WorkError;
use crate::outbox;
use chrono::{DateTime, NaiveDate, Utc};
use metering::{Instant, Month};
use platform::broker::Work;
use platform::calendar::{first_day, instant, month_of, utc};
use platform::durable::{Step, durable};
use schema::types::BillingMode;
use schema::units::{self, UnitKey};
use schema::{Scope, Tx, attempts, evidence, reports, runs, uploads};
use std::collections::BTreeSet;
use uuid::Uuid;

/// Plans a run, organization by organization. What is planned already stays as it is.
pub async fn plan(context: &Context, slot: DateTime<Utc>) -> Result<(), WorkError> {
    let organizations =
        context.db.machinery(|tx| Ok::<_, WorkError>(runs::organizations_with_work(tx)?)).await?;
    let (now, machine_now) = (context.clock.now(), context.clock.machine_now());
    let deadline_ms = context.deadline_ms;
    let mut failure = None;
    for organization_id in organizations {
        let planning = Planning { organization_id, slot, now, machine_now, deadline_ms };
        let run = context.db.run(Scope::Organization(organization_id), move |tx| planning.run(tx));
        let planned = durable(Step::PlanRun, run).await;
        context.wake.notify_one();
        if let Err(error) = planned {
            // The others do not wait for it; the next tick plans again what is missing.
            tracing::error!(%organization_id, %error, "an organization's months could not be planned");
            failure = Some(error);
        }
    }
    failure.map_or(Ok(()), Err)
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
        self.register_again(tx)?;
        let mut keys = Vec::new();
        for (billing_mode, month, vcenters) in self.open_months(tx)? {
            // With the marks in one transaction: a plan made again does not mark again.
            if runs::add_month(tx, self.slot, billing_mode, month)? {
                let key = |vcenter_id| UnitKey { billing_mode, vcenter_id, month };
                keys.extend(vcenters.into_iter().map(key));
            }
        }
        // At once: the marks of months one by one would lock in another order than all others who mark.
        for (key, _) in units::mark(tx, &keys)? {
            outbox::put(tx, &outbox::meter(self.organization_id, &key), self.machine_now)?;
        }
        Ok(())
    }

    /// Uploads that should long be registered, be it that their message was lost or that it was given up, get
    /// another chance: nothing received is forgotten.
    fn register_again(&self, tx: &mut Tx<'_>) -> Result<(), WorkError> {
        for upload_id in uploads::waiting_since(tx, self.slot)? {
            let work = Work::Register { organization_id: self.organization_id, upload_id };
            attempts::clear(tx, work.queue().as_str(), &work.key())?;
            outbox::put(tx, &work, self.machine_now)?;
        }
        Ok(())
    }

    /// A month is open while its newest revision is provisional or a unit of it is not metered, and from its first
    /// instant to its deadline when there is evidence.
    fn open_months(
        &self,
        tx: &mut Tx<'_>,
    ) -> Result<Vec<(BillingMode, NaiveDate, BTreeSet<Uuid>)>, WorkError> {
        let mut candidates: BTreeSet<(BillingMode, NaiveDate)> =
            reports::provisional_months(tx)?.into_iter().collect();
        let unfinished: BTreeSet<_> = units::months_unfinished(tx)?.into_iter().collect();
        candidates.extend(&unfinished);
        for month in self.running_months() {
            let day = first_day(month);
            candidates.extend(BillingMode::ALL.iter().map(|mode| (*mode, day)));
        }
        let mut open = Vec::new();
        for (mode, day) in candidates {
            let vcenters = vcenters(tx, mode, day)?;
            let last = reports::latest(tx, self.organization_id, mode, day)?;
            let is_final = last.is_some_and(|last| last.status == schema::types::ReportStatus::Final);
            if !vcenters.is_empty() && (!is_final || unfinished.contains(&(mode, day))) {
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
    let known = units::of_month(tx, mode, day)?;
    let metered = known.into_iter().filter(|unit| unit.version > 0 || unit.done < unit.wanted);
    Ok(seen.chain(metered.map(|unit| unit.vcenter_id)).collect())
}
