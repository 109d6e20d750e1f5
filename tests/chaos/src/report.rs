//! What is printed at the end.

use std::fmt;

use serde_json::Value;

use crate::run::Outcome;
use crate::worlds::{World, counts};

/// Both runs of a seed.
pub struct Report<'r> {
    /// Of plan and worlds.
    pub seed: u64,
    /// Whether the schedule ran all the while.
    pub scheduled: bool,
    /// What was sent.
    pub worlds: &'r [World],
    /// Without faults.
    pub calm: &'r Outcome,
    /// With faults.
    pub harmed: &'r Outcome,
}

impl Report<'_> {
    /// All that is wrong: nothing.
    pub fn wrong(&self) -> Vec<String> {
        let mut wrong: Vec<String> =
            self.calm.wrong.iter().map(|what| format!("without faults: {what}")).collect();
        wrong.extend(self.harmed.wrong.iter().map(|what| format!("with faults: {what}")));
        let diff = self.harmed.state.diff(&self.calm.state);
        if !diff.is_empty() {
            wrong.push(format!("the final states differ (+ with faults, - without):\n{diff}"));
        }
        wrong
    }
}

impl Report<'_> {
    /// How many collections were what in the uploads of the final state; the worlds are on time, whatever their months.
    fn collections(&self) -> String {
        let rows: Vec<Value> = self.harmed.state.section("uploads").iter().map(|line| json(line)).collect();
        let sum = |key: &str| rows.iter().filter_map(|row| row[key].as_u64()).sum::<u64>();
        let (duplicate, conflicting) = (sum("duplicate"), sum("conflicting"));
        format!(
            "{} in force, {duplicate} duplicate, {conflicting} conflicting",
            sum("accepted") + sum("late")
        )
    }
}

fn json(line: &str) -> Value {
    serde_json::from_str(line).expect("JSON")
}

impl fmt::Display for Report<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (files, different) = counts(self.worlds);
        let lanes: usize = self.worlds.iter().map(|world| world.lanes.len()).sum();
        let tally = &self.harmed.tally;
        let mut row = |name: &str, value: String| writeln!(f, "{name:34} {value}");
        row("seed", self.seed.to_string())?;
        row("runs of the schedule", if self.scheduled { "every 30 s" } else { "none" }.to_owned())?;
        row("partners, callers", format!("{}, {lanes}", self.worlds.len()))?;
        row("files, different ones", format!("{files}, {different}"))?;
        row("uploads answered 202, 200", format!("{}, {}", tally.of(202), tally.of(200)))?;
        row(
            "requests, sent again",
            format!("{}, {}", tally.attempts, tally.attempts - tally.answered.len()),
        )?;
        row("requests without an answer", tally.unanswered.to_string())?;
        row("answers by status", format!("{:?}", tally.statuses))?;
        row("a reader's answers by status", format!("{:?}", self.harmed.read.statuses))?;
        for (kind, count) in &self.harmed.faults {
            row(&format!("fault: {kind}"), count.to_string())?;
        }
        row("faults", self.harmed.faults.iter().map(|(_, count)| count).sum::<usize>().to_string())?;
        row("messages that came again", self.harmed.redelivered.to_string())?;
        row("starts in vain, without a server", self.harmed.failed_starts.to_string())?;
        if let Some(reason) = &self.harmed.left_out {
            row("left out", reason.clone())?;
        }
        let seconds = |outcome: &Outcome| {
            format!("{:.1} s and {:.1} s", outcome.sent_in.as_secs_f64(), outcome.quiet_in.as_secs_f64())
        };
        row("sent in, quiet after; no faults", seconds(self.calm))?;
        row("sent in, quiet after; with faults", seconds(self.harmed))?;
        for name in ["uploads", "collections", "units", "history", "reports", "orders", "audit"] {
            row(&format!("final state: {name}"), self.harmed.state.section(name).len().to_string())?;
        }
        row("collections of files", self.collections())?;
        let same = self.harmed.state == self.calm.state;
        row("final states", if same { "identical".to_owned() } else { "DIFFERENT".to_owned() })
    }
}
