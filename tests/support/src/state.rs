//! The final state of a database: what its users see, without generated ids, the time of day, and revision numbers.
//!
//! Two runs of one world have to end in the same, whatever happened on the way. Uploads go by their digests, orders by
//! contract and month. How often a refused file was sent is not told: only what is refused may be sent again.
#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::missing_panics_doc,
    reason = "a test that cannot look has failed"
)]

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sql_types::Text;
use std::collections::BTreeMap;
use std::fmt::{self, Write};

use crate::database::TestDatabase;
use crate::tenants::VENDOR;

/// Each gives lines, one for what belongs together.
const SECTIONS: &[(&str, &str)] = &[
    ("uploads", include_str!("state/uploads.sql")),
    ("collections", include_str!("state/collections.sql")),
    ("units", include_str!("state/units.sql")),
    ("history", include_str!("state/history.sql")),
    ("reports", include_str!("state/reports.sql")),
    ("orders", include_str!("state/orders.sql")),
    ("audit", include_str!("state/audit.sql")),
    ("dead letters", include_str!("state/dead_letters.sql")),
];

/// What waits or has failed.
const LEFTOVERS: &str = include_str!("state/leftovers.sql");

/// The final state of a database; see the module.
#[derive(Clone, PartialEq, Eq)]
pub struct State(BTreeMap<&'static str, Vec<String>>);

impl State {
    /// As it stands, in one snapshot.
    pub fn of(database: &TestDatabase) -> Self {
        let sections =
            snapshot(database, |conn| SECTIONS.iter().map(|(name, sql)| (*name, lines(conn, sql))).collect());
        Self(sections)
    }

    /// Everything that still waits, or is stuck: nothing once all work is done.
    pub fn leftovers(database: &TestDatabase) -> Vec<String> {
        snapshot(database, |conn| lines(conn, LEFTOVERS))
    }

    /// The lines of a section, such as `uploads`.
    pub fn section(&self, name: &str) -> &[String] {
        self.0.get(name).map_or(&[], Vec::as_slice)
    }

    /// What `self` has and `other` has not (`+`), and the other way round (`-`), by section; empty when they are equal.
    pub fn diff(&self, other: &Self) -> String {
        let mut diff = String::new();
        for (name, _) in SECTIONS {
            let (mine, theirs) = (self.section(name), other.section(name));
            for (sign, line) in missing(mine, theirs, '+').chain(missing(theirs, mine, '-')) {
                writeln!(diff, "{sign} {name}: {line}").expect("a text grows");
            }
        }
        diff
    }

    /// Fails the test with the difference unless both are the same.
    #[track_caller]
    pub fn assert_same(&self, expected: &Self) {
        let diff = self.diff(expected);
        assert!(diff.is_empty(), "the final states differ (+ here, - expected):\n{diff}");
    }
}

impl fmt::Debug for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (name, lines) in &self.0 {
            for line in lines {
                writeln!(f, "{name}: {line}")?;
            }
        }
        Ok(())
    }
}

/// The lines of `all` beyond those of `known`, however often a line is there.
fn missing<'l>(all: &'l [String], known: &[String], sign: char) -> impl Iterator<Item = (char, &'l String)> {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for line in known {
        *counts.entry(line).or_default() += 1;
    }
    let beyond = all.iter().filter(move |line| match counts.get_mut(line.as_str()) {
        Some(count) if *count > 0 => {
            *count -= 1;
            false
        }
        _ => true,
    });
    beyond.map(move |line| (sign, line))
}

/// One snapshot of all organizations, within the policies: past them would take locks of every table.
fn snapshot<T>(database: &TestDatabase, look: impl FnOnce(&mut PgConnection) -> T) -> T {
    let mut conn = database.service();
    let begin = format!(
        "SET TIME ZONE 'UTC'; BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SET LOCAL app.subtree = '{VENDOR}'"
    );
    conn.batch_execute(&begin).expect("a transaction");
    look(&mut conn)
}

#[derive(QueryableByName)]
struct Line {
    #[diesel(sql_type = Text)]
    line: String,
}

fn lines(conn: &mut PgConnection, sql: &str) -> Vec<String> {
    let query = format!("SELECT to_json(rows)::text AS line FROM (\n{sql}\n) rows");
    let found: Vec<Line> =
        diesel::sql_query(query).load(conn).unwrap_or_else(|error| panic!("{sql}: {error}"));
    let mut lines: Vec<String> = found.into_iter().map(|found| found.line).collect();
    lines.sort();
    lines
}
