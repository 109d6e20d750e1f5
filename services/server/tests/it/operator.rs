//! `create-operator`: how a new installation gets its first user.

use std::process::Output;

use diesel::prelude::*;
use diesel::sql_types::Text;

use crate::program::Program;

#[derive(QueryableByName)]
struct Line {
    #[diesel(sql_type = Text)]
    line: String,
}

fn lines(program: &Program, query: &str) -> Vec<String> {
    let lines: Vec<Line> = diesel::sql_query(query).load(&mut program.database.owner()).unwrap();
    lines.into_iter().map(|line| line.line).collect()
}

/// In production, under a public URL.
fn create(program: &Program, name: &str, email: &str) -> Output {
    let mut command = program.command("create-operator");
    command.env("USAGE_ENV", "production").env("USAGE_PUBLIC_URL", "https://usage.example/");
    command.args(["--name", name, "--email", email]).output().unwrap()
}

fn link(output: &Output) -> String {
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let stdout = String::from_utf8(output.stdout.clone()).unwrap();
    let token = stdout.trim_end().strip_prefix("https://usage.example/set-password#").unwrap().to_owned();
    assert!(token.starts_with("upl_") && !token.contains('\n'));
    assert!(!String::from_utf8_lossy(&output.stderr).contains(&token), "a secret in the log");
    token
}

#[test]
fn the_operator_is_made_once_with_an_admin_who_gets_a_link() {
    let program = Program::new();
    assert!(program.run("migrate").status.success());
    let first = link(&create(&program, "Vendor", "Root@Vendor.test"));
    let again = link(&create(&program, "Vendor", "root@vendor.test"));
    assert_ne!(first, again, "until they set a password, another link");
    let found = "SELECT concat_ws(' ', o.name, o.kind, u.email, u.role, u.password_hash) AS line
                   FROM organizations o LEFT JOIN users u ON u.organization_id = o.id";
    assert_eq!(lines(&program, found), ["Vendor operator root@vendor.test operator-admin"]);

    let second = create(&program, "Other", "other@vendor.test");
    assert_eq!(second.status.code(), Some(1));
    assert!(String::from_utf8(second.stderr).unwrap().contains("there is an operator already"));
    program.database.write("UPDATE users SET password_hash = 'hash'");
    assert_eq!(create(&program, "Vendor", "root@vendor.test").status.code(), Some(1), "they have a password");
    assert_eq!(lines(&program, found).len(), 1);
}

#[test]
fn names_and_addresses_are_checked() {
    let program = Program::new();
    let output = create(&program, " ", "nobody");
    assert_eq!(output.status.code(), Some(2));
    let error = String::from_utf8(output.stderr).unwrap();
    assert!(error.contains("--name") && error.contains("--email"), "{error}");
}
