//! The table as people read it, and the operations that the API's description has.

use platform::auth::{Actor, RIGHTS};
use std::collections::BTreeSet;
use std::fmt::Write;

use super::operations::{OPERATIONS, Right};
use super::table::Reach;

/// `METHOD /path` of every operation of the committed description.
pub fn operations() -> BTreeSet<String> {
    let document = e2e::read_json(&e2e::data("../../openapi/openapi.json"));
    let mut found = BTreeSet::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for method in item.as_object().unwrap().keys() {
            found.insert(format!("{} {path}", method.to_uppercase()));
        }
    }
    found
}

const INTRODUCTION: &str = "\
# Who may do what

Written by the test that asks every operation as every role; it fails where this page and the service differ.

An answer is **404** for what the caller may not see, **403** for what its role may not do to what it sees, **401** without
a good token. *Own* is the caller's organization; *below* are those that it sees from there. An API key has the rights
that it was given, of those that its maker's role has and that may be delegated, and reaches as far as that role.

## Rights

";

/// The page.
pub fn render() -> String {
    let mut page = INTRODUCTION.to_owned();
    let names: Vec<_> = Actor::ALL.iter().map(|actor| actor.as_str()).collect();
    writeln!(page, "| right | {} | delegable |", names.join(" | ")).unwrap();
    writeln!(page, "|---|{}---|", "---|".repeat(names.len())).unwrap();
    let mark = |yes: bool| if yes { "yes" } else { "–" };
    for row in RIGHTS {
        let cells: Vec<_> = Actor::ALL.iter().map(|actor| mark(row.actors.contains(actor))).collect();
        writeln!(page, "| {} | {} | {} |", row.name, cells.join(" | "), mark(row.delegable)).unwrap();
    }
    page.push_str("\n## Operations\n\n| operation | right | on whose things |\n|---|---|---|\n");
    for operation in OPERATIONS {
        let right = match operation.right {
            Right::Open => "– (open)",
            Right::Of(name) => name,
        };
        let reach = match (operation.right, operation.reach) {
            (Right::Open, _) => "–",
            (_, Reach::Own) => "own",
            (_, Reach::OwnOrOperated) => "own; the operator's: all",
            (_, Reach::Below) => "own and below",
        };
        writeln!(page, "| `{}` | {right} | {reach} |", operation.name()).unwrap();
    }
    page
}
