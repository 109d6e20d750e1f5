//! Which role has which right: the table as a reviewer reads it.

use platform::auth::{Actor, RIGHTS};
use std::fmt::Write;

/// A row per right, a column per role, and whether API keys may have it.
fn table() -> String {
    let mut table = format!("{:<16}", "");
    for actor in Actor::ALL {
        write!(table, " {}", actor.as_str()).unwrap();
    }
    write!(table, " api-keys").unwrap();
    let mark = |yes| if yes { "yes" } else { "-" };
    for row in RIGHTS {
        write!(table, "\n{:<16}", row.name).unwrap();
        for actor in Actor::ALL {
            let has = mark(row.actors.contains(&actor));
            write!(table, " {has:<width$}", width = actor.as_str().len()).unwrap();
        }
        write!(table, " {}", mark(row.delegable)).unwrap();
    }
    table + "\n"
}

#[test]
fn the_table_of_rights_is_the_reviewed_one() {
    assert_eq!(table(), include_str!("rights.txt"), "the table is now:\n{}", table());
}
