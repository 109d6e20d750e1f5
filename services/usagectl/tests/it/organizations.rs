//! `usagectl organizations`, `contracts` and `sites`.

use serde_json::{Value, json};

use crate::run::Home;
use crate::server::{Answer, Request, Server, answer};

const ID: &str = "01920000-0000-7000-8000-000000000004";

fn one(path: &str) -> Value {
    match path {
        "organizations" => json!({"id": ID, "kind": "partner", "parent_id": "n", "name": "Acme\u{7}"}),
        "contracts" => json!({"partner_id": ID, "number": "ACME-0002", "created_at": "2026-10-01T00:00:00Z"}),
        _ => json!({"id": ID, "partner_id": "p", "contract_number": "ACME-0002", "name": "fra"}),
    }
}

/// Creates what is posted, and lists one of it.
fn serve(request: &Request, _: usize) -> Answer {
    let path = request.line.split(['?', ' ']).nth(1).unwrap().trim_start_matches("/v1/");
    let item = one(path);
    if request.is("POST") {
        answer(201, &item)
    } else {
        answer(200, &json!({"items": [item], "next_cursor": null}))
    }
}

#[test]
fn they_are_listed() {
    let server = Server::start(serve);
    let home = Home::logged_in(&server.url);
    let table = home.run(&["organizations", "list"]).code(0).stdout;
    assert!(table.contains(ID) && table.contains("Acme\u{fffd}") && table.contains("partner"), "{table}");
    let table = home.run(&["contracts", "list", "--partner", ID]).code(0).stdout;
    assert!(table.contains("ACME-0002") && table.contains(ID), "{table}");
    let table = home.run(&["sites", "list"]).code(0).stdout;
    assert!(table.contains("fra") && table.contains("ACME-0002"), "{table}");
    assert_eq!(
        server.lines(),
        [
            "GET /v1/organizations?limit=1000".to_owned(),
            format!("GET /v1/contracts?partner_id={ID}&limit=1000"),
            "GET /v1/sites?limit=1000".to_owned(),
        ]
    );
    for list in ["organizations", "contracts", "sites"] {
        assert_eq!(home.run(&[list, "list", "--json"]).code(0).json()["items"][0], one(list));
    }
}

#[test]
fn they_are_created() {
    let server = Server::start(serve);
    let home = Home::logged_in(&server.url);
    let made = home.run(&["organizations", "create", "--parent", ID, "--name", "Acme"]).code(0);
    assert_eq!(made.stdout, format!("partner {ID} is there as Acme\u{fffd}\n"));
    let made = home.run(&["contracts", "create", "--partner", ID, "--number", "ACME-0002"]).code(0);
    assert_eq!(made.stdout, format!("contract ACME-0002 of partner {ID} is there\n"));
    let made = home.run(&["sites", "create", "--contract", "ACME-0002", "--name", "fra", "--json"]).code(0);
    assert_eq!(made.json(), one("sites"));
    let seen = server.seen();
    let bodies: Vec<_> = seen.iter().map(Request::json).collect();
    assert_eq!(
        bodies,
        [
            json!({"parent_id": ID, "name": "Acme"}),
            json!({"partner_id": ID, "number": "ACME-0002"}),
            json!({"contract_number": "ACME-0002", "name": "fra"}),
        ]
    );
    assert!(seen.iter().all(|request| request.header("idempotency-key").len() == 36));
}
