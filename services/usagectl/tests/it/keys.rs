//! `usagectl keys`, and keys in place of a log-in.

use serde_json::json;

use crate::run::{Ended, Home};
use crate::server::{Server, answer, problem};

const ID: &str = "01920000-0000-7000-8000-000000000002";

const CREATE: [&str; 10] = [
    "keys",
    "create",
    "--name",
    "nightly",
    "--right",
    "read",
    "--right",
    "upload",
    "--expires-at",
    "2027-01-01T01:00:00+01:00",
];

fn made() -> serde_json::Value {
    json!({"id": ID, "name": "nightly", "rights": ["read", "upload"], "role": "partner-admin",
        "created_by": "user:u", "created_at": "2026-10-01T00:00:00Z", "expires_at": "2027-01-01T00:00:00Z",
        "last_used_at": null, "revoked_at": null, "key": "uik_1"})
}

#[test]
fn a_key_is_shown_this_once() {
    let server = Server::start(|_, _| answer(201, &made()));
    let home = Home::logged_in(&server.url);
    let ended = home.run(&CREATE).code(0);
    assert!(ended.stdout.starts_with(&format!("API key {ID} is good for read, upload until 2027-01-01")));
    assert_eq!(ended.stdout.lines().last(), Some("uik_1"));
    let request = &server.seen()[0];
    assert_eq!(
        request.json(),
        json!({"name": "nightly", "rights": ["read", "upload"], "expires_at": "2027-01-01T00:00:00Z"})
    );
    assert_eq!(request.header("idempotency-key").len(), 36);
    assert_eq!(home.run(&[&CREATE[..], &["--json"]].concat()).code(0).json(), made());
    home.run(&CREATE[..8]).code(2);
}

#[test]
fn keys_are_listed_and_revoked() {
    let server = Server::start(|request, _| match () {
        () if request.is("DELETE") => answer(204, &json!(null)),
        () => answer(200, &json!({"items": [made()], "next_cursor": null})),
    });
    let home = Home::logged_in(&server.url);
    let table = home.run(&["keys", "list"]).code(0).stdout;
    assert!(table.contains(ID) && table.contains("read, upload") && !table.contains("uik_"), "{table}");
    assert_eq!(home.run(&["keys", "revoke", ID]).code(0).stdout, format!("API key {ID} is revoked\n"));
    assert_eq!(
        server.lines(),
        ["GET /v1/api-keys?limit=1000".to_owned(), format!("DELETE /v1/api-keys/{ID}")]
    );
}

#[test]
fn a_key_stands_in_for_a_log_in() {
    let server = Server::start(|_, _| answer(200, &json!({"items": [], "next_cursor": null})));
    let home = Home::new();
    std::fs::write(home.path("key"), "uik_file\n").unwrap();
    let listed = |variables: &[(&str, &str)]| {
        let mut command = home.command(&["uploads", "--server", &server.url]);
        Ended::of(&command.envs(variables.iter().copied()).output().unwrap())
    };
    listed(&[("USAGE_API_KEY", "uik_env")]).code(0);
    listed(&[("USAGE_API_KEY_FILE", "key")]).code(0);
    let bearers: Vec<_> =
        server.seen().iter().map(|request| request.header("authorization").to_owned()).collect();
    assert_eq!(bearers, ["Bearer uik_env", "Bearer uik_file"]);

    let both = listed(&[("USAGE_API_KEY", "uik_env"), ("USAGE_API_KEY_FILE", "key")]).code(1);
    assert!(both.stderr.contains("both USAGE_API_KEY and USAGE_API_KEY_FILE"), "{}", both.stderr);
    let absent = listed(&[("USAGE_API_KEY_FILE", "none")]).code(1);
    assert!(absent.stderr.contains("none: No such file"), "{}", absent.stderr);
    std::fs::write(home.path("key"), "two words\n").unwrap();
    let wrong = listed(&[("USAGE_API_KEY_FILE", "key")]).code(1);
    assert!(wrong.stderr.contains("key: holds no API key") && !wrong.stderr.contains("words"));
    assert_eq!(server.lines().len(), 2);
}

#[test]
fn a_key_is_not_refreshed_and_a_log_in_beside_it_stays() {
    let server = Server::start(|_, _| problem(401, "a valid access token is needed", &json!([])));
    let home = Home::logged_in(&server.url);
    let mut command = home.command(&["uploads"]);
    Ended::of(&command.env("USAGE_API_KEY", "uik_old").output().unwrap()).code(1);
    assert_eq!(server.lines(), ["GET /v1/uploads?limit=1000"]);
    assert_eq!(home.kept()["access_token"], "access-1");
}

#[test]
fn a_log_out_is_the_log_ins_whatever_key_is_there() {
    let server = Server::start(|request, _| match () {
        () if request.is("GET") => answer(200, &json!({})),
        () => answer(204, &json!(null)),
    });
    let home = Home::logged_in(&server.url);
    let mut command = home.command(&["logout"]);
    Ended::of(&command.env("USAGE_API_KEY", "uik_1").output().unwrap()).code(0);
    assert_eq!(server.seen()[0].header("authorization"), "Bearer access-1");
    assert_eq!(server.lines(), ["GET /v1/auth/me", "POST /v1/auth/logout"]);
    assert!(!home.config().exists());
}
