//! Every table with tenant data has the organization first in its key.

use test_support::database::TestDatabase;

use crate::catalogue::lines;

/// Tables whose key does not begin with the organization, and why.
const EXCEPTIONS: &[(&str, &str)] = &[
    ("organizations", "the tenants themselves: the id is the organization"),
    (
        "aggregation_runs",
        "the schedule of the whole service; what a run did stands by organization beside it",
    ),
    ("service_clock", "one offset for the whole service, in development only"),
    (
        "rate_limits",
        "asked before a tenant is known; holds ids, addresses and counts only and empties itself",
    ),
    (
        "log_in_addresses",
        "asked before a tenant is known; holds digests and addresses only and empties itself",
    ),
    (
        "log_in_failures",
        "counted before a tenant is known; holds digests and addresses only and empties itself",
    ),
    ("sign_in_flows", "nobody's until they come back from the provider; found by a secret's digest"),
    ("outbox", "read across tenants in the order in which it was written; holds ids only and empties itself"),
];

const FIRST_KEY_COLUMNS: &str = "
    SELECT c.relname || ' ' || coalesce(a.attname, 'no key') AS line
      FROM pg_class c
      LEFT JOIN pg_constraint k ON k.conrelid = c.oid AND k.contype = 'p'
      LEFT JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = k.conkey[1]
     WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND c.relname NOT LIKE '\\_\\_diesel%'
     ORDER BY 1";

#[test]
fn the_organization_comes_first_in_every_key() {
    let database = TestDatabase::new();
    let tables = lines(&mut database.owner(), FIRST_KEY_COLUMNS);
    assert!(tables.len() > 20);
    let mut excepted = 0;
    for table in &tables {
        let (name, column) = table.split_once(' ').unwrap();
        if EXCEPTIONS.iter().any(|(exception, _)| *exception == name) {
            excepted += 1;
            assert_ne!(column, "organization_id", "{name} is no exception any more");
        } else {
            assert_eq!(column, "organization_id", "{name}");
        }
    }
    assert_eq!(excepted, EXCEPTIONS.len(), "an exception for a table that is gone");
}

#[test]
fn no_sql_asks_the_servers_clock() {
    let database = TestDatabase::new();
    let functions = lines(
        &mut database.owner(),
        "SELECT prosrc AS line FROM pg_proc WHERE pronamespace = 'public'::regnamespace
         UNION ALL SELECT pg_get_expr(adbin, adrelid) FROM pg_attrdef WHERE adrelid::regclass::text NOT LIKE '\\_\\_diesel%'",
    );
    for text in functions {
        for word in ["now()", "current_timestamp", "clock_timestamp", "current_date", "localtimestamp"] {
            assert!(!text.to_lowercase().contains(word), "{text}");
        }
    }
}
