//! Findings and summary, for people or for programs.

use aggregator::WorkError;
use aggregator::verify::{Findings, Outcome, Progress};
use chrono::NaiveDate;
use platform::calendar::month_of;
use schema::types::BillingMode;
use schema::units::UnitKey;
use serde_json::{Value, json};
use std::io::{self, IsTerminal, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use uuid::Uuid;

use crate::error::ServerError;

/// How many came to what.
#[derive(Default)]
struct Counts {
    equal: usize,
    different: usize,
    pending: usize,
    failed: usize,
}

/// What was printed so far.
pub struct Printer {
    json: bool,
    units_wanted: usize,
    /// The unit at work, from 1.
    at: Arc<AtomicUsize>,
    terminal: bool,
    units: Counts,
    reports: Counts,
    rows: u64,
    findings: u64,
}

/// What a line is about.
struct Subject {
    organization_id: Uuid,
    mode: BillingMode,
    vcenter: Option<Uuid>,
    month: NaiveDate,
}

impl Printer {
    pub fn new(json: bool, units_wanted: usize) -> Self {
        Self {
            json,
            units_wanted,
            at: Arc::new(AtomicUsize::new(1)),
            terminal: io::stderr().is_terminal(),
            units: Counts::default(),
            reports: Counts::default(),
            rows: 0,
            findings: 0,
        }
    }

    /// Shows on a terminal how far the work is, in a line that the next one replaces.
    pub fn progress(&self) -> impl Fn(Progress) + Send + Sync + use<> {
        let (at, of, terminal) = (Arc::clone(&self.at), self.units_wanted, self.terminal);
        move |progress| {
            if !terminal {
                return;
            }
            let (what, done, count) = match progress {
                Progress::Files(done, count) => ("files hashed", done, count),
                Progress::Collections(done, count) => ("collections folded", done, count),
                Progress::Rows(done, count) => ("rows compared", done, count),
            };
            let unit = at.load(Ordering::Relaxed);
            // A terminal that is gone is no reason to stop.
            let _ = write!(io::stderr(), "\r\x1b[Kunit {unit} of {of}: {what} {done} of {count}");
        }
    }

    /// What became of a unit.
    pub fn unit(
        &mut self,
        organization_id: Uuid,
        key: UnitKey,
        outcome: &Result<Outcome, WorkError>,
    ) -> io::Result<()> {
        let (mode, vcenter) = (key.billing_mode, Some(key.vcenter_id));
        let subject = Subject { organization_id, mode, vcenter, month: key.month };
        let findings = match outcome {
            Ok(Outcome::Pending) => Ok(None),
            Ok(Outcome::Compared(compared)) => {
                self.rows += compared.rows;
                Ok(Some(&compared.findings))
            }
            Err(error) => Err(error),
        };
        let lines = self.lines(&subject, findings);
        count(&mut self.units, findings);
        self.at.fetch_add(1, Ordering::Relaxed);
        self.print(&lines)
    }

    /// What became of a month's report.
    pub fn month(
        &mut self,
        (organization_id, mode, month): (Uuid, BillingMode, NaiveDate),
        outcome: &Result<Option<Findings>, WorkError>,
    ) -> io::Result<()> {
        let subject = Subject { organization_id, mode, vcenter: None, month };
        let findings = outcome.as_ref().map(Option::as_ref);
        let lines = self.lines(&subject, findings);
        count(&mut self.reports, findings);
        self.print(&lines)
    }

    /// A line for everything that differs, or that kept it from being compared.
    fn lines(&mut self, subject: &Subject, outcome: Result<Option<&Findings>, &WorkError>) -> Vec<String> {
        match outcome {
            Ok(None) => vec![self.note(subject, "pending", "waits to be metered or composed")],
            Err(error) => vec![self.note(subject, "failed", &error.to_string())],
            Ok(Some(findings)) => {
                self.findings += findings.count();
                let kept = findings.kept();
                let mut lines: Vec<String> = kept.iter().map(|found| self.finding(subject, found)).collect();
                let more = findings.count() - kept.len() as u64;
                if more > 0 {
                    lines.push(self.note(subject, "more", &format!("findings beyond these: {more}")));
                }
                lines
            }
        }
    }

    fn finding(&self, subject: &Subject, found: &aggregator::verify::Finding) -> String {
        if self.json { subject.json("finding", json!(found)) } else { format!("{}: {found}", subject.text()) }
    }

    fn note(&self, subject: &Subject, kind: &'static str, text: &str) -> String {
        if self.json {
            subject.json(kind, json!(text))
        } else {
            format!("{}: {kind}: {text}", subject.text())
        }
    }

    fn print(&self, lines: &[String]) -> io::Result<()> {
        if self.terminal {
            write!(io::stderr(), "\r\x1b[K")?;
        }
        let mut out = io::stdout().lock();
        lines.iter().try_for_each(|line| writeln!(out, "{line}"))
    }

    /// The summary, and the verdict.
    pub fn end(&self) -> Result<(), ServerError> {
        let (units, reports) = (&self.units, &self.reports);
        if self.json {
            let (units, reports) = (units.json(), reports.json());
            let summary =
                json!({"units": units, "reports": reports, "rows": self.rows, "findings": self.findings});
            writeln!(io::stdout(), "{}", json!({ "summary": summary }))?;
        } else {
            let (rows, findings) = (self.rows, self.findings);
            writeln!(
                io::stdout(),
                "units: {}; reports: {}; rows compared: {rows}; findings: {findings}",
                units.text(),
                reports.text()
            )?;
        }
        if self.findings > 0 {
            return Err(ServerError::MonthDiffers(self.findings));
        }
        let open = units.pending + units.failed + reports.pending + reports.failed;
        match (self.units_wanted, open) {
            (0, _) => Err(ServerError::NotVerified("there is no such unit".to_owned())),
            (_, 0) => Ok(()),
            _ => Err(ServerError::NotVerified(format!("units and reports that were not compared: {open}"))),
        }
    }
}

fn count(counts: &mut Counts, outcome: Result<Option<&Findings>, &WorkError>) {
    let counter = match outcome {
        Err(_) => &mut counts.failed,
        Ok(None) => &mut counts.pending,
        Ok(Some(findings)) if findings.count() > 0 => &mut counts.different,
        Ok(Some(_)) => &mut counts.equal,
    };
    *counter += 1;
}

impl Counts {
    fn text(&self) -> String {
        let Self { equal, different, pending, failed } = self;
        format!("{equal} equal, {different} different, {pending} pending, {failed} failed")
    }

    fn json(&self) -> Value {
        let Self { equal, different, pending, failed } = self;
        json!({"equal": equal, "different": different, "pending": pending, "failed": failed})
    }
}

impl Subject {
    fn text(&self) -> String {
        let vcenter = self.vcenter.map_or_else(|| "report".to_owned(), |id| format!("vCenter {id}"));
        format!("organization {}, {}, {}, {vcenter}", self.organization_id, self.mode, month_of(self.month))
    }

    fn json(&self, kind: &'static str, value: Value) -> String {
        let mut line = json!({
            "organization_id": self.organization_id,
            "billing_mode": self.mode,
            "month": month_of(self.month).to_string(),
            "vcenter_id": self.vcenter,
        });
        line[kind] = value;
        line.to_string()
    }
}
