//! *Compose*: an organization's month from the newest versions of its units: report revision and order drafts.

mod draft;
pub mod parts;
pub mod report;

use crate::context::Context;
use crate::error::WorkError;
use chrono::{DateTime, NaiveDate, Utc};
use metering::Instant;
use parts::Assignments;
use platform::calendar::{month_of, utc};
use platform::durable::{Step, durable};
use report::Report;
use schema::reports::{self, Cause, Line, Revision};
use schema::types::{BillingMode, ReportStatus};
use schema::{Scope, Tx, runs, units, uploads};
use uuid::Uuid;

/// What a composing came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Outcome {
    /// A unit of the month is yet to be metered, or its settings changed during the composing: that metering or change asks
    /// for another one.
    Waiting,
    /// The last revision holds.
    Unchanged,
    /// A new revision.
    Revision(i32),
}

/// Composes a month in one short transaction under its lock.
pub async fn compose(
    context: &Context,
    organization_id: Uuid,
    billing_mode: BillingMode,
    month: NaiveDate,
) -> Result<(), WorkError> {
    let (now, deadline_ms) = (context.clock.now(), context.deadline_ms);
    let composing = Composing { organization_id, billing_mode, month, now, deadline_ms };
    let run = context.db.run(Scope::Organization(organization_id), move |tx| composing.run(tx));
    let outcome = durable(Step::ComposeMonth, run).await?;
    tracing::info!(%organization_id, %billing_mode, %month, ?outcome, "month composed");
    Ok(())
}

struct Composing {
    organization_id: Uuid,
    billing_mode: BillingMode,
    month: NaiveDate,
    now: DateTime<Utc>,
    deadline_ms: i64,
}

impl Composing {
    fn run(&self, tx: &mut Tx<'_>) -> Result<Outcome, WorkError> {
        let (mode, month) = (self.billing_mode, self.month);
        reports::lock_month(tx, mode, month)?;
        // Asked before the units are read: what is registered after this shows as a mark on them.
        let run = runs::waiting_for(tx, mode, month)?;
        let causes = reports::causes(tx, mode, month)?;
        let may_close = self.may_close(tx)?;
        let units = units::lock_month(tx, mode, month)?;
        if units.iter().any(|unit| unit.done < unit.wanted && !unit.failed) {
            return Ok(Outcome::Waiting);
        }
        let last = reports::latest(tx, self.organization_id, mode, month)?;
        let closes = may_close && !units.iter().any(|unit| unit.failed);
        let closed = last.as_ref().is_some_and(|last| last.status == ReportStatus::Final);
        let status = if closes || closed { ReportStatus::Final } else { ReportStatus::Provisional };
        let listed = units.iter().filter_map(|unit| Some((unit.vcenter_id, unit.listed_version()?)));
        let versions: Vec<(Uuid, i32)> = listed.collect();
        let outcome = self.revise(tx, last.as_ref(), status, &versions, &causes)?;
        if outcome == Outcome::Waiting {
            return Ok(outcome);
        }
        reports::delete_causes(tx, mode, month, &causes)?;
        units::set_composed(tx, mode, month, &units)?;
        units::finish_uploads(tx, self.now)?;
        let (changed, revision) = match outcome {
            Outcome::Revision(number) => (true, Some(number)),
            Outcome::Waiting | Outcome::Unchanged => (false, last.map(|last| last.revision)),
        };
        if let Some(run) = run {
            runs::finish_month(tx, (mode, month), run, self.now, changed, revision)?;
        }
        Ok(outcome)
    }

    /// A month becomes final by a run after its deadline, once everything received in time is registered.
    fn may_close(&self, tx: &mut Tx<'_>) -> Result<bool, WorkError> {
        let deadline = utc(Instant(month_of(self.month).end().0 + self.deadline_ms));
        Ok(self.now > deadline
            && runs::any_after(tx, self.billing_mode, self.month, deadline)?
            && !uploads::any_unregistered(tx, deadline)?)
    }

    /// Adds a revision when a figure, a unit's version or the status differs from the last.
    fn revise(
        &self,
        tx: &mut Tx<'_>,
        last: Option<&Revision>,
        status: ReportStatus,
        versions: &[(Uuid, i32)],
        causes: &[Cause],
    ) -> Result<Outcome, WorkError> {
        if versions.is_empty() && last.is_none() {
            return Ok(Outcome::Unchanged);
        }
        let assignments = Assignments::of(tx, self.billing_mode, self.month)?;
        if reports::causes(tx, self.billing_mode, self.month)? != causes {
            // The assignments may be those of a change that came meanwhile; they are published under its own cause.
            return Ok(Outcome::Waiting);
        }
        let mut totals = units::month_totals(tx, self.billing_mode, self.month)?;
        totals.retain(|total| versions.contains(&(total.vcenter_id, total.version)));
        let report = Report::of(month_of(self.month), &totals, &assignments)?;
        let revision = Revision {
            organization_id: self.organization_id,
            billing_mode: self.billing_mode,
            month: self.month,
            revision: last.map_or(0, |last| last.revision) + 1,
            status,
            generated_at: self.now,
            cause: self.cause(tx, last, status, causes)?,
        };
        let lines = report.lines(&revision)?;
        if let Some(last) = last
            && last.status == status
            && same_lines(&reports::lines(tx, last)?, &lines)
            && same_versions(tx, last, versions)?
        {
            return Ok(Outcome::Unchanged);
        }
        reports::add(tx, &revision, &lines, versions)?;
        if self.billing_mode == BillingMode::Production {
            for contract in report.contracts() {
                draft::follow(tx, &revision, contract, &lines)?;
            }
        }
        Ok(Outcome::Revision(revision.revision))
    }

    /// Figures change by an upload, or by what people did; the run alone changes the status, and figures only where
    /// time itself does.
    fn cause(
        &self,
        tx: &mut Tx<'_>,
        last: Option<&Revision>,
        status: ReportStatus,
        causes: &[Cause],
    ) -> Result<String, WorkError> {
        if let Some(last) = causes.last() {
            return Ok(last.cause.clone());
        }
        let closes = status == ReportStatus::Final && last.is_none_or(|last| last.status != status);
        let uploaded = units::upload_composing(tx, self.billing_mode, self.month)?;
        Ok(match uploaded {
            _ if closes => "schedule".to_owned(),
            Some(upload) => format!("upload:{upload}"),
            None => "schedule".to_owned(),
        })
    }
}

fn same_lines(last: &[Line], now: &[Line]) -> bool {
    let figures = |lines: &[Line]| -> Vec<_> {
        let mut figures: Vec<_> = lines
            .iter()
            .map(|line| {
                let part = (line.contract_number.clone(), line.site_id);
                (part, line.code.clone(), line.amount, line.quantity, line.points)
            })
            .collect();
        figures.sort_unstable();
        figures
    };
    figures(last) == figures(now)
}

fn same_versions(tx: &mut Tx<'_>, last: &Revision, versions: &[(Uuid, i32)]) -> Result<bool, WorkError> {
    let before = reports::units(tx, last)?;
    Ok(before.iter().map(|unit| (unit.vcenter_id, unit.version)).eq(versions.iter().copied()))
}
