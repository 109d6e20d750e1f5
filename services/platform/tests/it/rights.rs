//! Which role has which right: the table as a reviewer reads it.

use platform::auth::{Actor, RIGHTS};
use std::fmt::Write;

/// A row per right, a column per role.
fn table() -> String {
    let mut table = format!("{:<14}", "");
    for actor in Actor::ALL {
        write!(table, " {}", actor.as_str()).unwrap();
    }
    for (name, actors) in RIGHTS {
        write!(table, "\n{name:<14}").unwrap();
        for actor in Actor::ALL {
            let mark = if actors.contains(&actor) { "yes" } else { "-" };
            write!(table, " {mark:<width$}", width = actor.as_str().len()).unwrap();
        }
        table.truncate(table.trim_end().len());
    }
    table + "\n"
}

#[test]
fn the_table_of_rights_is_the_reviewed_one() {
    assert_eq!(table(), include_str!("rights.txt"), "the table is now:\n{}", table());
}
