//! Which units a run verifies, and what is kept of it.

use super::{Compared, Outcome, Verifier, health};
use crate::context::Context;
use crate::error::{Remedy, WorkError};
use chrono::{DateTime, Datelike, Months, NaiveDate, Utc};
use platform::db::Leadership;
use platform::durable::{Step, durable};
use platform::stop::{self, Stop};
use schema::units::UnitKey;
use schema::verifications::{self, Due, Verification};
use schema::{Scope, runs};
use serde_json::json;
use std::collections::HashMap;
use uuid::Uuid;

/// Final months are sampled for so long; what differs in a month before them was found, or will not come.
const RECENT_MONTHS: u32 = 3;
/// Findings that are stored with a unit.
const STORED_MAX: usize = 20;
/// Findings that the log shows of a unit.
const LOGGED_MAX: usize = 3;

/// What became of a sample.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Sampled {
    /// Units that were compared.
    pub units: u32,
    /// Those that differ.
    pub differing: u32,
    /// Those that could not be verified for reasons of their own; their turn is next time.
    pub failed: u32,
}

/// Verifies what is left of a slot's sample of so many units.
pub async fn sample(context: &Context, slot: DateTime<Utc>, units: u32) -> Result<Sampled, WorkError> {
    let (_source, stop) = stop::pair();
    Sampler { context, slot, units, stop: &stop }.run(None).await
}

/// A slot's sample.
pub struct Sampler<'s> {
    pub context: &'s Context,
    pub slot: DateTime<Utc>,
    pub units: u32,
    pub stop: &'s Stop,
}

impl Sampler<'_> {
    /// Unit after unit, while the lead lasts.
    pub async fn run(&self, mut leadership: Option<Leadership>) -> Result<Sampled, WorkError> {
        let verifier = Verifier::new(self.context.clone(), self.stop.clone());
        let mut sampled = Sampled::default();
        for (organization_id, due) in self.choose().await? {
            if let Some(leadership) = &mut leadership
                && !leadership.holds().await
            {
                break;
            }
            match self.verify(&verifier, organization_id, due.key()).await {
                Ok(Some(differs)) => {
                    sampled.units += 1;
                    sampled.differing += u32::from(differs);
                }
                Ok(None) => {}
                Err(error) => {
                    if error.remedy(&self.context.store).await == Remedy::Pause {
                        return Err(error);
                    }
                    sampled.failed += 1;
                    metrics::counter!("verification_failures_total").increment(1);
                    let (vcenter_id, month) = (due.vcenter_id, due.month);
                    tracing::warn!(%organization_id, %vcenter_id, %month, %error, "a unit could not be verified");
                }
            }
        }
        health::refresh(self.context).await;
        Ok(sampled)
    }

    /// At most half of the sample looks again at what differed the last time; the others are those verified least
    /// recently. What was verified for this slot before counts.
    async fn choose(&self) -> Result<Vec<(Uuid, Due)>, WorkError> {
        let organizations = runs::organizations_with_work;
        let organizations =
            self.context.db.machinery(move |tx| Ok::<_, WorkError>(organizations(tx)?)).await?;
        let (slot, limit) = (self.slot, i64::from(self.units));
        let recent = recent(self.context.clock.now());
        let mut left = self.units as usize;
        let (mut again, mut others) = (Vec::new(), Vec::new());
        for organization_id in organizations {
            let due = self.context.db.run(Scope::Organization(organization_id), move |tx| {
                let done = verifications::of_slot(tx, slot)?;
                let differed = verifications::due(tx, slot, recent, true, limit)?;
                Ok::<_, WorkError>((done, differed, verifications::due(tx, slot, recent, false, limit)?))
            });
            let (done, differed, equal) = due.await?;
            left = left.saturating_sub(usize::try_from(done).unwrap_or(usize::MAX));
            merge(&mut again, organization_id, differed, self.units as usize);
            merge(&mut others, organization_id, equal, self.units as usize);
        }
        again.truncate(left.div_ceil(2));
        others.truncate(left - again.len());
        again.extend(others);
        Ok(again)
    }

    /// Whether it differs; none while it waits to be metered or composed.
    async fn verify(
        &self,
        verifier: &Verifier,
        organization_id: Uuid,
        key: UnitKey,
    ) -> Result<Option<bool>, WorkError> {
        let Outcome::Compared(mut compared) = verifier.unit(organization_id, key).await? else {
            return Ok(None);
        };
        let recomputed = compared.sums.take().map(|sums| (key.vcenter_id, (compared.version, sums)));
        let recomputed: HashMap<_, _> = recomputed.into_iter().collect();
        if let Some(findings) =
            verifier.month(organization_id, key.billing_mode, key.month, recomputed).await?
        {
            compared.findings.extend(findings);
        }
        self.record(organization_id, key, &compared).await?;
        metrics::counter!("verified_units_total").increment(1);
        let differs = compared.findings.count() > 0;
        if differs {
            let findings = compared.findings.kept().iter().take(LOGGED_MAX).map(ToString::to_string);
            let first = findings.collect::<Vec<_>>().join("; ");
            let differences = compared.findings.count();
            tracing::error!(
                %organization_id, billing_mode = %key.billing_mode, vcenter_id = %key.vcenter_id, month = %key.month,
                version = compared.version, differences, first, "a unit differs from its evidence"
            );
        }
        Ok(Some(differs))
    }

    async fn record(
        &self,
        organization_id: Uuid,
        key: UnitKey,
        compared: &Compared,
    ) -> Result<(), WorkError> {
        let kept = compared.findings.kept();
        let verification = Verification {
            organization_id,
            billing_mode: key.billing_mode,
            vcenter_id: key.vcenter_id,
            month: key.month,
            version: compared.version,
            slot: self.slot,
            verified_at: self.context.clock.now(),
            differences: i64::try_from(compared.findings.count()).unwrap_or(i64::MAX),
            findings: json!(kept.iter().take(STORED_MAX).collect::<Vec<_>>()),
        };
        let record = self.context.db.run(Scope::Organization(organization_id), move |tx| {
            Ok::<_, WorkError>(verifications::record(tx, &verification)?)
        });
        durable(Step::RecordVerification, record).await
    }
}

/// Keeps those whose turn is first.
fn merge(due: &mut Vec<(Uuid, Due)>, organization_id: Uuid, more: Vec<Due>, units: usize) {
    due.extend(more.into_iter().map(|unit| (organization_id, unit)));
    due.sort_by(|(_, one), (_, other)| (one.verified_at, &one.turn).cmp(&(other.verified_at, &other.turn)));
    due.truncate(units);
}

/// The first of the months that are sampled although they are final.
fn recent(now: DateTime<Utc>) -> NaiveDate {
    let today = now.date_naive();
    let day = today.with_day(1).unwrap_or(today);
    day.checked_sub_months(Months::new(RECENT_MONTHS)).unwrap_or(day)
}
