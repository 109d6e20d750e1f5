//! `dead-letters`: what the operator does at a terminal.

use std::process::Output;

use diesel::RunQueryDsl;
use diesel::connection::SimpleConnection;
use serde_json::Value;
use test_support::tenants::{ACME, VENDOR};

use crate::program::Program;

const UPLOAD: &str = "01a20000-0000-7000-8000-000000000001";
const LETTER: &str = "01a20000-0000-7000-8000-000000000002";
const RUBBISH: &str = "01a20000-0000-7000-8000-000000000003";
const NOTHING: &str = "01a20000-0000-7000-8000-000000000004";

/// With an upload of Acme that was given up, and rubbish.
fn program() -> Program {
    let program = Program::new();
    assert!(program.run("migrate").status.success());
    assert!(program.run("seed-demo").status.success());
    let message = format!(r#"{{"work": "register", "organization_id": "{ACME}", "upload_id": "{UPLOAD}"}}"#);
    program.database.write(&format!(
        "INSERT INTO uploads (organization_id, id, sha256, size_bytes, received_at, uploaded_by)
         VALUES ('{ACME}', '{UPLOAD}', decode(repeat('00', 32), 'hex'), 1, '2026-10-01Z', 'user:x');
         INSERT INTO upload_states (organization_id, upload_id, status, errors)
         VALUES ('{ACME}', '{UPLOAD}', 'received', '[{{}}]');
         INSERT INTO dead_letters (organization_id, id, queue, key, message, raw, reason, attempts, first_failed_at,
                                   last_failed_at, state)
         VALUES ('{ACME}', '{LETTER}', 'register', '{UPLOAD}', '{message}', NULL, E'the file\\u001b[31m is gone', 5,
                 '2026-10-01T00:00:00Z', '2026-10-01T00:00:15Z', 'open'),
                ('{VENDOR}', '{RUBBISH}', 'unknown', 'abc', NULL, 'rubbish', 'it cannot be read', 1,
                 '2026-10-02T00:00:00Z', '2026-10-02T00:00:00Z', 'open')"
    ));
    program
}

fn run(program: &Program, arguments: &[&str]) -> Output {
    program.command("dead-letters").args(arguments).output().unwrap()
}

/// The standard output of a success.
fn told(program: &Program, arguments: &[&str]) -> String {
    let output = run(program, arguments);
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// The exit code and the standard error of a failure.
fn refused(program: &Program, arguments: &[&str]) -> (Option<i32>, String) {
    let output = run(program, arguments);
    (output.status.code(), String::from_utf8(output.stderr).unwrap())
}

fn count(program: &Program, query: &str) -> i64 {
    #[derive(diesel::QueryableByName)]
    struct Count {
        #[diesel(sql_type = diesel::sql_types::BigInt)]
        count: i64,
    }
    let mut acme = program.database.service();
    acme.batch_execute(&format!("SET app.organization = '{ACME}'")).unwrap();
    let found: Count = diesel::sql_query(query).get_result(&mut acme).unwrap();
    found.count
}

#[test]
fn they_are_listed_and_shown_to_people_and_programs() {
    let program = program();
    let table = told(&program, &["list"]);
    let lines: Vec<&str> = table.lines().collect();
    assert_eq!(lines.len(), 3, "{table}");
    assert!(lines[0].starts_with("ID ") && lines[0].ends_with("REASON"), "{table}");
    assert!(lines[1].starts_with(RUBBISH) && lines[2].starts_with(LETTER), "{table}");
    assert!(lines[2].ends_with("the file\u{fffd}[31m is gone"), "control characters are no colours: {table}");

    let json = told(&program, &["list", "--json", "--queue", "register"]);
    let letter: Value = serde_json::from_str(json.trim_end()).unwrap();
    assert_eq!((&letter["id"], &letter["attempts"]), (&LETTER.into(), &5.into()));
    assert_eq!(letter["organization_id"], ACME.to_string());
    assert!(told(&program, &["list", "--organization", &VENDOR.to_string()]).contains(RUBBISH));
    assert_eq!(told(&program, &["list", "--state", "dropped"]), "no dead letters\n");

    let shown = told(&program, &["show", RUBBISH]);
    assert!(shown.contains("message       cannot be read: rubbish\n"), "{shown}");
    assert!(shown.contains("state         open\n") && !shown.contains("ended"), "{shown}");
    let (code, error) = refused(&program, &["show", NOTHING]);
    assert_eq!(code, Some(1));
    assert!(error.contains(&format!("there is no dead letter {NOTHING}")), "{error}");
}

#[test]
fn a_replay_sends_it_back_to_work_and_says_what_it_cannot() {
    let program = program();
    for arguments in [&["replay"][..], &["replay", LETTER, "--all"], &["replay", "x"], &["drop", LETTER]] {
        assert_eq!(refused(&program, arguments).0, Some(2), "{arguments:?}");
    }
    let output = run(&program, &["replay", "--all"]);
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(String::from_utf8(output.stdout).unwrap(), format!("{LETTER} goes back to work\n"));
    let error = String::from_utf8(output.stderr).unwrap();
    assert!(
        error.contains(&format!("{RUBBISH}: nobody can read this message: it can only be dropped")),
        "{error}"
    );
    assert!(error.contains("not replayed: 1"), "{error}");

    let sent =
        format!("SELECT count(*) FROM outbox WHERE queue = 'register' AND body ->> 'upload_id' = '{UPLOAD}'");
    assert_eq!(count(&program, &sent), 1);
    assert_eq!(count(&program, "SELECT count(*) FROM upload_states WHERE errors = '[]'"), 1);
    let audited = "SELECT count(*) FROM audit_entries WHERE action = 'dead-letter.replay' AND actor = 'system:dead-letters'";
    assert_eq!(count(&program, audited), 1);
    let (code, error) = refused(&program, &["replay", LETTER, NOTHING]);
    assert_eq!(code, Some(1));
    assert!(error.contains("it is replayed") && error.contains("there is no dead letter"), "{error}");
    assert_eq!(count(&program, &sent), 1, "once");
}

#[test]
fn a_drop_keeps_the_reason() {
    let program = program();
    let (code, error) = refused(&program, &["drop", RUBBISH, "--reason", " "]);
    assert_eq!(code, Some(2));
    assert!(error.contains("--reason"), "{error}");
    assert_eq!(
        told(&program, &["drop", RUBBISH, "--reason", "of a tool"]),
        format!("{RUBBISH} is dropped\n")
    );
    let shown = told(&program, &["show", RUBBISH]);
    assert!(
        shown.contains("state         dropped\n") && shown.contains("because       of a tool\n"),
        "{shown}"
    );
    assert_eq!(refused(&program, &["drop", RUBBISH, "--reason", "again"]).0, Some(1));
}

#[test]
fn before_there_is_an_operator_there_is_nothing() {
    let program = Program::new();
    assert!(program.run("migrate").status.success());
    let (code, error) = refused(&program, &["list"]);
    assert_eq!(code, Some(1));
    assert!(error.contains("create-operator"), "{error}");
}
