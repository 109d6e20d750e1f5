//! Log-in, its renewal and its end.

use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::process::Stdio;

use serde_json::json;

use crate::run::{Ended, Home};
use crate::server::{Server, answer, problem};

fn tokens(number: u32) -> serde_json::Value {
    json!({"access_token": format!("access-{number}"), "refresh_token": format!("refresh-{number}"),
        "token_type": "Bearer", "expires_in": 900})
}

fn me() -> serde_json::Value {
    json!({"user_id": "u", "email": "a@acme.test", "role": "partner-admin",
        "organization": {"id": "o", "kind": "partner", "name": "Acme"}})
}

#[test]
fn a_password_comes_from_the_environment_or_standard_input_and_is_not_kept() {
    let server = Server::start(|_, _| answer(200, &tokens(1)));
    let home = Home::new();
    let args = ["login", "--server", &server.url, "--email", "a@acme.test"];
    let ended = Ended::of(&home.command(&args).env("USAGE_PASSWORD", "from env").output().unwrap()).code(0);
    assert_eq!(ended.stdout, format!("logged in to {} as a@acme.test\n", server.url));

    let mut child = home.command(&args).stdin(Stdio::piped()).stdout(Stdio::null()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(b"from stdin\n").unwrap();
    assert!(child.wait().unwrap().success());

    let passwords: Vec<_> = server.seen().iter().map(|request| request.json()["password"].clone()).collect();
    assert_eq!(passwords, ["from env", "from stdin"]);
    let kept = std::fs::read_to_string(home.config()).unwrap();
    assert!(kept.contains("refresh-1") && !kept.contains("from"));
    assert_eq!(std::fs::metadata(home.config()).unwrap().permissions().mode() & 0o777, 0o600);
    home.run(&args).code(1);
}

#[test]
fn a_wrong_password_keeps_nothing() {
    let server = Server::start(|_, _| problem(401, "wrong email or password", &json!([])));
    let home = Home::new();
    let mut command = home.command(&["login", "--server", &server.url, "--email", "a@acme.test"]);
    let ended = Ended::of(&command.env("USAGE_PASSWORD", "x").output().unwrap()).code(1);
    assert!(
        ended.stderr.contains("wrong email or password") && ended.stderr.contains("req-7"),
        "{}",
        ended.stderr
    );
    assert!(!home.config().exists());
}

#[test]
fn an_expired_log_in_is_renewed_once_and_the_call_made_again() {
    let server = Server::start(|request, _| match request.header("authorization") {
        _ if request.is("POST /v1/auth/refresh") => answer(200, &tokens(2)),
        "Bearer access-2" => answer(200, &me()),
        _ => problem(401, "expired", &json!([])),
    });
    let home = Home::logged_in(&server.url);
    let ended = home.run(&["whoami"]).code(0);
    assert!(
        ended.stdout.contains("a@acme.test, partner-admin") && ended.stdout.contains("Acme"),
        "{}",
        ended.stdout
    );
    assert_eq!(server.lines(), ["GET /v1/auth/me", "POST /v1/auth/refresh", "GET /v1/auth/me"]);
    assert_eq!(server.seen()[1].json(), json!({"refresh_token": "refresh-1"}));
    assert_eq!(
        (&home.kept()["access_token"], &home.kept()["refresh_token"]),
        (&json!("access-2"), &json!("refresh-2"))
    );
}

#[test]
fn a_log_in_that_cannot_be_renewed_says_so() {
    let server = Server::start(|_, _| problem(401, "expired", &json!([])));
    let ended = Home::logged_in(&server.url).run(&["whoami"]).code(1);
    assert!(ended.stderr.contains("your log-in has ended"), "{}", ended.stderr);
    assert_eq!(server.lines().len(), 2);
}

#[test]
fn tokens_that_another_run_got_are_taken_and_no_refresh_token_used_twice() {
    let home = std::sync::Arc::new(Home::new());
    let (config, url) =
        (std::sync::Arc::clone(&home), std::sync::Arc::new(std::sync::OnceLock::<String>::new()));
    let known = std::sync::Arc::clone(&url);
    let server = Server::start(move |request, _| {
        if request.header("authorization") == "Bearer access-2" {
            return answer(200, &me());
        }
        // Between our call and its answer another usagectl renews the log-in.
        config.keep(known.get().unwrap(), "access-2", "refresh-2");
        problem(401, "expired", &json!([]))
    });
    url.set(server.url.clone()).unwrap();
    home.keep(&server.url, "access-1", "refresh-1");
    home.run(&["whoami"]).code(0);
    assert_eq!(server.lines(), ["GET /v1/auth/me", "GET /v1/auth/me"]);
}

#[test]
fn tokens_go_to_the_server_that_gave_them_and_to_no_other() {
    let server = Server::start(|_, _| answer(200, &me()));
    let home = Home::logged_in("http://127.0.0.1:9");
    let ended = home.run(&["whoami", "--server", &server.url]).code(1);
    assert!(ended.stderr.contains("you are logged in to http://127.0.0.1:9"), "{}", ended.stderr);
    assert!(server.lines().is_empty());
}

#[test]
fn logging_out_ends_it_here_and_there() {
    let server =
        Server::start(
            |request, _| if request.is("GET") { answer(200, &me()) } else { answer(204, &json!(null)) },
        );
    let home = Home::logged_in(&server.url);
    home.run(&["logout"]).code(0);
    assert_eq!(server.lines(), ["GET /v1/auth/me", "POST /v1/auth/logout"]);
    assert_eq!(server.seen()[1].json(), json!({"refresh_token": "refresh-1"}));
    assert!(!home.config().exists());
    home.run(&["logout"]).code(1);
}
