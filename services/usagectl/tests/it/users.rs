//! `usagectl users`.

use serde_json::{Value, json};

use crate::run::Home;
use crate::server::{Server, answer};

const ID: &str = "01920000-0000-7000-8000-000000000003";

fn user(role: &str, disabled: bool) -> Value {
    json!({"id": ID, "email": "b@acme.test", "role": role, "organization_id": "o", "disabled": disabled,
        "has_password": false, "created_at": "2026-10-01T00:00:00Z"})
}

#[test]
fn the_link_of_an_invitation_is_shown_this_once() {
    let link = "https://usage.example/set-password#upl_1";
    let invited = move || {
        let mut user = user("partner-viewer", false);
        user["one_time_link"] = json!(link);
        user
    };
    let server = Server::start(move |_, _| answer(201, &invited()));
    let home = Home::logged_in(&server.url);
    let ended = home.run(&["users", "invite", "--email", "b@acme.test", "--role", "partner-viewer"]).code(0);
    assert!(ended.stdout.starts_with("b@acme.test is a user now, partner-viewer\n"), "{}", ended.stdout);
    assert_eq!(ended.stdout.lines().last(), Some(link));
    let request = &server.seen()[0];
    assert_eq!(request.line, "POST /v1/users");
    assert_eq!(request.json(), json!({"email": "b@acme.test", "role": "partner-viewer"}));
    assert_eq!(request.header("idempotency-key").len(), 36);
    let other =
        ["users", "invite", "--email", "b@x", "--role", "partner-viewer", "--organization", ID, "--json"];
    assert_eq!(home.run(&other).code(0).json()["one_time_link"], link);
    assert_eq!(server.seen()[1].json()["organization_id"], ID);
}

#[test]
fn users_are_listed() {
    let server = Server::start(|_, _| {
        answer(200, &json!({"items": [user("partner-admin", true)], "next_cursor": null}))
    });
    let home = Home::logged_in(&server.url);
    let table = home.run(&["users", "list", "--organization", ID]).code(0).stdout;
    for part in ["b@acme.test", "partner-admin", "true", ID] {
        assert!(table.contains(part), "{part} is not in\n{table}");
    }
    assert_eq!(server.lines(), [format!("GET /v1/users?organization_id={ID}&limit=1000")]);
    assert_eq!(home.run(&["users", "list", "--json"]).code(0).json()["items"][0]["disabled"], true);
}

#[test]
fn a_user_is_named_by_id_or_by_email_address() {
    let server = Server::start(|request, _| match () {
        () if request.is("GET") => {
            answer(200, &json!({"items": [user("partner-viewer", false)], "next_cursor": null}))
        }
        () => answer(200, &user("partner-admin", request.json()["disabled"] == true)),
    });
    let home = Home::logged_in(&server.url);
    let set = home.run(&["users", "set-role", "B@Acme.test", "partner-admin"]).code(0);
    assert_eq!(set.stdout, "b@acme.test is not disabled, partner-admin\n");
    let disabled = home.run(&["users", "disable", ID]).code(0);
    assert_eq!(disabled.stdout, "b@acme.test is disabled, partner-admin\n");
    assert_eq!(home.run(&["users", "enable", ID, "--json"]).code(0).json()["disabled"], false);
    let patch = format!("PATCH /v1/users/{ID}");
    assert_eq!(server.lines(), ["GET /v1/users?limit=1000", &patch, &patch, &patch]);
    let changes: Vec<_> = server.seen()[1..].iter().map(crate::server::Request::json).collect();
    assert_eq!(
        changes,
        [json!({"role": "partner-admin"}), json!({"disabled": true}), json!({"disabled": false})]
    );

    let unknown = home.run(&["users", "disable", "c@acme.test"]).code(1);
    assert!(unknown.stderr.contains("you manage no user c@acme.test"), "{}", unknown.stderr);
}

#[test]
fn a_password_is_reset_by_a_link() {
    let server = Server::start(|_, _| {
        answer(201, &json!({"one_time_link": "upl_2", "expires_at": "2026-10-02T00:00:00Z"}))
    });
    let home = Home::logged_in(&server.url);
    let ended = home.run(&["users", "reset-password", ID]).code(0);
    assert!(ended.stdout.contains("until 2026-10-02T00:00:00Z"), "{}", ended.stdout);
    assert_eq!(ended.stdout.lines().last(), Some("upl_2"));
    assert_eq!(server.lines(), [format!("POST /v1/users/{ID}/password-link")]);
    assert_eq!(home.run(&["users", "reset-password", ID, "--json"]).code(0).json()["one_time_link"], "upl_2");
}
