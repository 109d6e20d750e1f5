//! `usagectl password`.

use std::io::Write;
use std::process::Stdio;

use serde_json::json;

use crate::run::{Ended, Home};
use crate::server::{Server, answer, problem};

/// With the two passwords on standard input.
fn change(home: &Home, input: &str) -> Ended {
    let mut command = home.command(&["password"]);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    Ended::of(&child.wait_with_output().unwrap())
}

#[test]
fn passwords_come_from_standard_input_and_the_log_in_here_goes_on() {
    let server = Server::start(|request, _| match () {
        () if request.is("GET") => answer(200, &json!({})),
        () => answer(204, &json!(null)),
    });
    let home = Home::logged_in(&server.url);
    let ended = change(&home, "old one\nnew one, longer\n").code(0);
    assert_eq!(ended.stdout, "the password of a@acme.test is changed; all other log-ins have ended\n");
    assert_eq!(server.lines(), ["GET /v1/auth/me", "POST /v1/auth/password"]);
    assert_eq!(
        server.seen()[1].json(),
        json!({"current_password": "old one", "new_password": "new one, longer", "refresh_token": "refresh-1"})
    );
    assert!(!std::fs::read_to_string(home.config()).unwrap().contains("one"));
}

#[test]
fn a_password_that_is_missing_or_refused_changes_nothing() {
    let server = Server::start(|request, _| match () {
        () if request.is("GET") => answer(200, &json!({})),
        () => {
            let message = "is not the current password";
            problem(
                422,
                "not valid",
                &json!([{"code": "wrong", "message": message, "field": "current_password"}]),
            )
        }
    });
    let home = Home::logged_in(&server.url);
    let missing = change(&home, "old one\n").code(1);
    assert!(missing.stderr.contains("no password"), "{}", missing.stderr);
    assert_eq!(server.lines(), ["GET /v1/auth/me"]);
    let refused = change(&home, "old\nnew one, longer\n").code(1);
    assert!(refused.stderr.contains("is not the current password"), "{}", refused.stderr);
    assert!(!refused.stderr.contains("longer"), "{}", refused.stderr);
}
