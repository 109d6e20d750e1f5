//! `src/schema.rs` agrees with the catalogue: tables, keys, columns, their order, types and nullability.

use test_support::database::TestDatabase;

use crate::catalogue::lines;

const SCHEMA: &str = include_str!("../../src/schema.rs");
/// Declares its one table itself.
const RATE_LIMITS: &str = include_str!("../../src/rate_limits/table.rs");

#[test]
fn the_tables_in_rust_are_those_of_the_migrations() {
    let database = TestDatabase::new();
    let mut found = lines(&mut database.owner(), include_str!("schema_file.sql"));
    let mut declared = declared_lines(SCHEMA);
    declared.extend(declared_lines(RATE_LIMITS));
    assert!(declared.len() > 200, "the file was not understood");
    found.sort();
    declared.sort();
    for line in &declared {
        assert!(found.contains(line), "schema.rs has, and the database has not: {line}");
    }
    for line in &found {
        assert!(declared.contains(line), "the database has, and schema.rs has not: {line}");
    }
}

/// `table(key, columns)` and `table.position column -> Type` lines.
fn declared_lines(text: &str) -> Vec<String> {
    let mut declared = Vec::new();
    for block in text.split("diesel::table! {").skip(1) {
        let (head, columns) = block.split_once('{').expect("a table");
        let head = head.trim();
        let table = head.split_whitespace().next().expect("a name");
        declared.push(head.to_owned());
        let columns = columns.split_once('}').expect("an end").0;
        for (position, column) in columns.lines().map(str::trim).filter(|line| !line.is_empty()).enumerate() {
            declared.push(format!("{table}.{} {}", position + 1, column.trim_end_matches(',')));
        }
    }
    declared
}

#[test]
fn the_twin_of_the_bulk_path_has_the_same_columns() {
    let columns_of = |text: &str, table: &str| {
        let block = text.split_once(&format!("{table} (")).expect("the table").1;
        let columns = block.split_once('{').expect("columns").1.split_once('}').expect("an end").0;
        columns.split_whitespace().collect::<Vec<_>>().join(" ")
    };
    let bulk = include_str!("../../src/bulk.rs");
    assert_eq!(columns_of(bulk, "vm_history_incoming"), columns_of(SCHEMA, "vm_history"));
}
