//! `usagectl meter`.

use serde_json::json;

use crate::archive::METER;
use crate::run::Home;
use crate::server::{Request, Server, answer, problem};

const REGISTER: [&str; 8] =
    ["meter", "register", "--id", METER, "--name", "Amsterdam", "--contract", "ACME-0001"];

#[test]
fn a_token_is_shown_this_once() {
    let server = Server::start(|_, _| answer(201, &json!({"id": METER, "token": "umt_1"})));
    let ended =
        Home::logged_in(&server.url).run(&[&REGISTER[..], &["--public-key", "a2V5"]].concat()).code(0);
    assert_eq!(ended.stdout.lines().last(), Some("umt_1"));
    let request = &server.seen()[0];
    assert_eq!(
        request.json(),
        json!({"id": METER, "name": "Amsterdam", "contract_number": "ACME-0001", "connectivity": "offline",
            "billing_mode": "production", "public_key": "a2V5"})
    );
    assert_eq!(request.header("idempotency-key").len(), 36);
}

#[test]
fn a_meter_that_is_there_already_is_no_error() {
    let server = Server::start(|request, _| {
        if request.is("POST") {
            problem(409, "exists", &json!([]))
        } else {
            answer(200, &json!({"id": METER}))
        }
    });
    let home = Home::logged_in(&server.url);
    let ended = home.run(&REGISTER).code(0);
    assert!(ended.stdout.contains("already registered"), "{}", ended.stdout);
    assert_eq!(server.lines()[1], format!("GET /v1/meters/{METER}"));
    assert_eq!(home.run(&[&REGISTER[..], &["--json"]].concat()).code(0).json()["already_registered"], true);
}

#[test]
fn any_other_conflict_is_one() {
    let server =
        Server::start(|request, _| problem(if request.is("POST") { 409 } else { 404 }, "taken", &json!([])));
    let ended = Home::logged_in(&server.url).run(&REGISTER).code(1);
    assert!(ended.stderr.contains("(409): taken"), "{}", ended.stderr);
}

#[test]
fn meters_are_listed() {
    let server = Server::start(|_, _| {
        answer(
            200,
            &json!({"items": [{"id": METER, "name": "ams\u{1b}[2J", "status": "ok", "billing_mode": "production",
            "connectivity": "offline", "contract_number": "ACME-0001", "version": "4.8.0",
            "last_upload_at": null}], "next_cursor": null}),
        )
    });
    let table = Home::logged_in(&server.url).run(&["meter", "list", "--month", "2026-09"]).code(0).stdout;
    assert!(table.contains(METER) && table.contains("ok") && !table.contains('\u{1b}'), "{table}");
    assert_eq!(server.lines(), ["GET /v1/meters?month=2026-09&limit=1000"]);
}

#[test]
fn a_change_says_what_is_to_be_different_and_nothing_else() {
    let meter = json!({"id": METER, "name": "fra", "connectivity": "online", "billing_mode": "production",
        "contract_number": "ACME-0001", "site_id": null});
    let server = Server::start(move |_, _| answer(200, &meter));
    let home = Home::logged_in(&server.url);
    let set = |options: &[&str]| home.run(&[&["meter", "set", METER], options].concat());
    let shown = set(&["--name", "fra", "--no-public-key"]).code(0).stdout;
    assert!(shown.contains("\"fra\", online") && shown.contains("contract ACME-0001"), "{shown}");
    set(&["--billing-mode", "test", "--contract", "ACME-0002", "--no-site", "--from", "2026-09"]).code(0);
    set(&["--connectivity", "offline", "--public-key", "a2V5", "--site", METER]).code(0);
    let bodies: Vec<_> = server.seen().iter().map(Request::json).collect();
    assert_eq!(
        bodies,
        [
            json!({"name": "fra", "public_key": null}),
            json!({"billing_mode": "test", "contract_number": "ACME-0002", "site_id": null,
                "effective_from": "2026-09"}),
            json!({"connectivity": "offline", "public_key": "a2V5", "site_id": METER}),
        ]
    );
    assert_eq!(server.lines()[0], format!("PATCH /v1/meters/{METER}"));
    for wrong in [&[][..], &["--from", "2026-09"], &["--site", METER, "--no-site"]] {
        set(wrong).code(2);
    }
}

#[test]
fn settings_are_shown_with_the_month_from_which_they_hold() {
    let server = Server::start(|_, _| {
        let settings = |from: Option<&str>, mode: &str| {
            json!({"effective_from": from, "billing_mode": mode, "contract_number": "ACME-0001", "site_id": null,
                "recorded_at": "2026-10-01T00:00:00Z", "recorded_by": "user:u"})
        };
        let items = [settings(None, "production"), settings(Some("2026-09"), "test")];
        answer(200, &json!({"items": items, "next_cursor": null}))
    });
    let table = Home::logged_in(&server.url).run(&["meter", "settings", METER]).code(0).stdout;
    let lines: Vec<_> = table.lines().skip(2).collect();
    assert!(lines[0].starts_with("since ever") && lines[1].starts_with("2026-09"), "{table}");
    assert_eq!(server.lines(), [format!("GET /v1/meters/{METER}/settings?limit=1000")]);
}

#[test]
fn tokens_are_exchanged_and_a_meter_is_given_up() {
    const TOKEN: &str = "01920000-0000-7000-8000-000000000002";
    let made =
        json!({"id": TOKEN, "created_at": "2026-10-01T00:00:00Z", "revoked_at": null, "token": "umt_2"});
    let server = Server::start(move |request, _| match () {
        () if request.is("DELETE") => answer(204, &json!(null)),
        () if request.is("POST") => answer(201, &made),
        () => answer(200, &json!({"items": [made], "next_cursor": null})),
    });
    let home = Home::logged_in(&server.url);
    assert!(home.run(&["meter", "tokens", "list", METER]).code(0).stdout.contains(TOKEN));
    assert_eq!(home.run(&["meter", "tokens", "rotate", METER]).code(0).stdout.lines().last(), Some("umt_2"));
    home.run(&["meter", "tokens", "revoke", METER, TOKEN]).code(0);
    home.run(&["meter", "deregister", METER]).code(0);
    assert_eq!(
        server.lines(),
        [
            format!("GET /v1/meters/{METER}/tokens?limit=1000"),
            format!("POST /v1/meters/{METER}/tokens"),
            format!("DELETE /v1/meters/{METER}/tokens/{TOKEN}"),
            format!("DELETE /v1/meters/{METER}"),
        ]
    );
    assert_eq!(server.seen()[1].header("idempotency-key").len(), 36);
}
