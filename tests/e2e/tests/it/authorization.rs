//! Who may do what to whose things: every operation of the description, asked by every role about its own
//! organization's things, those below it, those above it and those of strangers. What the answers have to be follows
//! from one table; `docs/authorization.md` is that table as people read it.

mod actors;
mod document;
mod objects;
mod operations;
mod table;

use e2e::{Answer, Service};
use std::collections::BTreeSet;

use self::actors::{Actor, actors};
use self::objects::{Objects, Owner};
use self::operations::{About, OPERATIONS, Operation};
use self::table::verdict;

/// Without a provider its operations would not be there; nobody gets as far as asking this one. And the walk tries to
/// sign in more often than a person may.
const SETTINGS: &[(&str, &str)] = &[
    ("USAGE_OIDC_ISSUER", "http://127.0.0.1:9"),
    ("USAGE_OIDC_CLIENT_ID", "usage"),
    ("USAGE_OIDC_REDIRECTS", "https://portal.test/return"),
    ("USAGE_OIDC_ROLE_MAP", "nobody=00000000-0000-7000-8000-000000000003/partner-viewer"),
    ("USAGE_LIMIT_SIGN_IN", "0"),
];

#[test]
fn every_operation_answers_every_role_as_the_table_says() {
    let service = Service::start_with("2026-10-01T00:00:00Z", SETTINGS);
    let objects = Objects::make(&service);
    let actors = actors(&service, &objects);
    let mut wrong = Vec::new();
    let mut asked = 0;
    for operation in OPERATIONS {
        for owner in operation.owners() {
            for actor in &actors {
                let expected = verdict(operation, actor, *owner);
                let answer = ask(operation, actor, *owner, &objects);
                asked += 1;
                if !expected.agrees(answer.status) {
                    let what =
                        format!("{} {} of {owner:?} by {}", operation.method, operation.path, actor.name);
                    wrong.push(format!(
                        "{what}: {expected:?} expected, got {} {}",
                        answer.status,
                        answer.text()
                    ));
                }
            }
        }
    }
    assert!(asked > 1_000, "only {asked} questions");
    assert!(wrong.is_empty(), "{} of {asked} answers are wrong:\n{}", wrong.len(), wrong.join("\n"));
}

fn ask(operation: &Operation, actor: &Actor, owner: Owner, objects: &Objects) -> Answer {
    let object = match operation.about {
        About::Object(kind) => objects.fresh(kind, owner, operation.consumes),
        About::Nobody | About::Named(_) | About::InBody(_) => String::new(),
    };
    actor.client.send(operation.method, &operation.target(&object, owner), operation.body(owner).as_ref())
}

#[test]
fn every_operation_of_the_description_is_in_the_table_and_no_other() {
    let described = document::operations();
    let listed: BTreeSet<String> = OPERATIONS.iter().map(Operation::name).collect();
    assert_eq!(listed.len(), OPERATIONS.len(), "one is listed twice");
    let missing: Vec<_> = described.difference(&listed).collect();
    let gone: Vec<_> = listed.difference(&described).collect();
    assert!(
        missing.is_empty() && gone.is_empty(),
        "not in the table: {missing:#?}; not described: {gone:#?}"
    );
}

#[test]
fn the_documented_table_is_the_tested_one() {
    let written = document::render();
    let path = e2e::data("../../docs/authorization.md");
    if std::env::var_os("WRITE_DOCS").is_some() {
        std::fs::write(&path, &written).unwrap();
    }
    let documented = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(documented == written, "docs/authorization.md is not the table: WRITE_DOCS=1 writes it");
}
