//! Ids of others, at every place where a request can have one: a path, a query, a body.

use actix_web::http::Method;
use schema::contracts::{self, Site};
use schema::types::{Connectivity, Role, UploadStatus};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use test_support::tenants::{ACME, GLOBEX, INITECH};
use uuid::Uuid;

use crate::data::{hour, id};
use crate::http::Answer;
use crate::orders::order;
use crate::world::{
    ACME_ADMIN, CONTOSO_ADMIN, GLOBEX_ADMIN, INITECH_ADMIN, NORTHWIND_ADMIN, OPERATOR, World,
};

/// A sibling, a partner of another aggregator, and that aggregator.
const STRANGERS: [(Role, Uuid); 3] = [GLOBEX_ADMIN, INITECH_ADMIN, CONTOSO_ADMIN];

/// Acme's, one of each: the path of the kind, and the id.
struct Things(BTreeMap<&'static str, String>);

impl Things {
    async fn of_acme(world: &World) -> Self {
        let meter = json!({
            "id": id(1), "name": "ams", "billing_mode": "production", "connectivity": "online",
            "contract_number": "ACME-0001",
        });
        world.post(ACME_ADMIN, "/v1/meters", &meter).await.expect(201);
        let upload = world.upload(ACME, 1, 1, UploadStatus::Processed).await;
        let order = world.within(ACME, |tx| order(tx, ACME, "ACME-0001", "2026-09-01")).await;
        let user = world.user("viewer@acme.test", (Role::PartnerViewer, ACME)).await;
        let expires_at = world.api.clock.machine_now() + chrono::TimeDelta::days(1);
        let key = json!({"name": "nightly", "rights": ["read"], "expires_at": expires_at});
        let key = world.post(ACME_ADMIN, "/v1/api-keys", &key).await.expect(201);
        let message = json!({"work": "register", "organization_id": ACME, "upload_id": upload});
        let letter = world.letter(ACME, "register", upload.to_string(), Some(message)).await;
        Self(BTreeMap::from([
            ("meters", id(1).to_string()),
            ("uploads", upload.to_string()),
            ("orders", order.to_string()),
            ("users", user.to_string()),
            ("api-keys", key["id"].as_str().unwrap().to_owned()),
            ("organizations", ACME.to_string()),
            ("dead-letters", letter.to_string()),
        ]))
    }

    /// A described path with Acme's ids in it; a part of a thing is named by an id of nothing.
    fn at(&self, path: &str) -> String {
        let kind = path.split('/').nth(2).unwrap();
        let own = self.0.get(kind).unwrap_or_else(|| panic!("add a thing of Acme's for {path}"));
        let part = |part: &str| match part {
            "{id}" => own.clone(),
            part if part.starts_with('{') => id(404).to_string(),
            part => part.to_owned(),
        };
        path.split('/').map(part).collect::<Vec<_>>().join("/")
    }

    /// All of them, as their owner and the operator see them.
    async fn seen(&self, world: &World) -> Vec<Value> {
        let mut seen = Vec::new();
        for (kind, id) in &self.0 {
            let owner = if *kind == "dead-letters" { OPERATOR } else { ACME_ADMIN };
            seen.push(world.get(owner, &format!("/v1/{kind}/{id}")).await.expect(200));
        }
        seen.push(world.get(ACME_ADMIN, &format!("/v1/meters/{}/tokens", id(1))).await.expect(200));
        seen
    }
}

/// (method, path, description) of every operation.
fn operations() -> Vec<(Method, String, Value)> {
    let document = serde_json::to_value(api::openapi()).unwrap();
    let paths = document["paths"].as_object().unwrap();
    let of_path = |(path, item): (&String, &Value)| {
        let operation = |(method, operation): (&String, &Value)| {
            (method.to_uppercase().parse().unwrap(), path.clone(), operation.clone())
        };
        item.as_object().unwrap().iter().map(operation).collect::<Vec<_>>()
    };
    paths.iter().flat_map(of_path).collect()
}

/// What would be done if it were allowed.
fn body(path: &str) -> Value {
    match path {
        "/v1/users/{id}" => json!({"disabled": true}),
        _ => json!({"name": "taken over"}),
    }
}

async fn send(world: &World, who: (Role, Uuid), method: &Method, path: &str, body: &Value) -> Answer {
    world.send(world.request(who, method.clone(), path).set_json(body)).await
}

#[actix_web::test]
async fn a_strangers_id_in_a_path_names_nothing() {
    let world = World::new().await;
    let things = Things::of_acme(&world).await;
    let before = things.seen(&world).await;
    let mut tried = 0;
    for (method, path, _) in operations().iter().filter(|(_, path, _)| path.contains("{id}")) {
        for who in STRANGERS {
            let answer = send(&world, who, method, &things.at(path), &body(path)).await;
            assert_eq!(answer.expect(404)["code"], "not-found", "{who:?} {method} {path}");
            tried += 1;
        }
    }
    assert!(tried > 30, "{tried}");
    assert_eq!(things.seen(&world).await, before);
}

/// The aggregator sees its partner; what it may not do there it is told, and what it may not see is not there.
#[actix_web::test]
async fn an_aggregator_changes_nothing_of_its_partners() {
    let world = World::new().await;
    let things = Things::of_acme(&world).await;
    let before = things.seen(&world).await;
    for (method, path, _) in operations().iter().filter(|(_, path, _)| path.contains("{id}")) {
        let answer = send(&world, NORTHWIND_ADMIN, method, &things.at(path), &body(path)).await;
        let kinds = ["/v1/uploads", "/v1/users", "/v1/api-keys", "/v1/dead-letters"];
        let hidden = kinds.iter().any(|kind| path.starts_with(kind));
        let expected = match *method {
            _ if hidden => 404,
            // The list of a meter's tokens is its partner's.
            Method::GET if !path.ends_with("/tokens") => 200,
            _ => 403,
        };
        assert_eq!(answer.status.as_u16(), expected, "{method} {path}");
    }
    assert_eq!(things.seen(&world).await, before);
}

#[actix_web::test]
async fn a_strangers_organization_in_a_query_is_none() {
    let world = World::new().await;
    Things::of_acme(&world).await;
    let mut tried = 0;
    for (method, path, operation) in operations() {
        let parameters = operation["parameters"].as_array().cloned().unwrap_or_default();
        let names: Vec<_> = parameters.iter().map(|parameter| parameter["name"].as_str().unwrap()).collect();
        let organization = names.iter().find(|name| ["partner_id", "organization_id"].contains(name));
        let Some(organization) = organization else { continue };
        let path = path.replace("{id}", &id(1).to_string());
        let month = if names.contains(&"month") { "&month=2026-09" } else { "" };
        for who in STRANGERS {
            let uri = format!("{path}?{organization}={ACME}{month}");
            let answer = world.send(world.request(who, method.clone(), &uri)).await;
            let problem = answer.expect(404);
            assert_eq!(problem["detail"], "there is no such organization", "{who:?} {uri}");
            tried += 1;
        }
    }
    assert!(tried > 25, "{tried}");
}

#[actix_web::test]
async fn a_strangers_id_in_a_filter_or_a_cursor_shows_nothing() {
    let world = World::new().await;
    world.meter(ACME, 1, "ACME-0001", Connectivity::Online).await;
    for received in [1, 2] {
        world.upload(ACME, 1, received, UploadStatus::Processed).await;
    }
    let page = world.get(ACME_ADMIN, "/v1/uploads?limit=1").await.expect(200);
    let cursor = page["next_cursor"].as_str().unwrap();
    for query in [format!("meter_id={}", id(1)), format!("cursor={cursor}")] {
        for who in [GLOBEX_ADMIN, INITECH_ADMIN] {
            let list = world.get(who, &format!("/v1/uploads?{query}")).await.expect(200);
            assert_eq!(list["items"], json!([]), "{who:?} {query}");
        }
        let own = world.get(ACME_ADMIN, &format!("/v1/uploads?{query}")).await.expect(200);
        assert_ne!(own["items"], json!([]), "{query}");
    }
}

/// Acme's second contract, with a site.
async fn site(world: &World) -> Uuid {
    world
        .within(ACME, |tx| {
            let site = Site {
                organization_id: ACME,
                id: id(51),
                contract_number: "ACME-0001".to_owned(),
                name: "ams".to_owned(),
                created_at: hour(0),
            };
            contracts::insert_site(tx, &site)?;
            Ok(site.id)
        })
        .await
}

#[actix_web::test]
async fn a_strangers_contract_or_site_in_a_body_is_none() {
    let world = World::new().await;
    let site = site(&world).await;
    world.meter(GLOBEX, 1, "GLOBEX-0001", Connectivity::Online).await;
    let registration = |contract: &str, site: Value| {
        json!({
            "id": id(2), "name": "mine", "billing_mode": "production", "connectivity": "online",
            "contract_number": contract, "site_id": site,
        })
    };
    let meter = format!("/v1/meters/{}", id(1));
    for (method, path, body, wrong) in [
        (Method::POST, "/v1/meters", registration("ACME-0001", Value::Null), "contract_number"),
        (Method::POST, "/v1/meters", registration("GLOBEX-0001", json!(site)), "site_id"),
        (Method::PATCH, &meter, json!({"contract_number": "ACME-0001"}), "contract_number"),
        (Method::PATCH, &meter, json!({"site_id": site}), "site_id"),
        (Method::POST, "/v1/sites", json!({"contract_number": "ACME-0001", "name": "x"}), "contract_number"),
    ] {
        let answer = send(&world, GLOBEX_ADMIN, &method, path, &body).await;
        assert_eq!(answer.wrong_fields(), [format!("{wrong} unknown")], "{method} {path} {body}");
    }
}

#[actix_web::test]
async fn a_strangers_organization_in_a_body_is_none() {
    let world = World::new().await;
    let invitation = json!({"email": "me@acme.test", "role": "partner-admin", "organization_id": ACME});
    for who in [GLOBEX_ADMIN, INITECH_ADMIN, CONTOSO_ADMIN, NORTHWIND_ADMIN] {
        world.post(who, "/v1/users", &invitation).await.expect(404);
    }
    let contract = json!({"partner_id": ACME, "number": "MINE"});
    world.post(CONTOSO_ADMIN, "/v1/contracts", &contract).await.expect(404);
    let nowhere = json!({"parent_id": id(404), "name": "x"});
    world.post(OPERATOR, "/v1/organizations", &nowhere).await.expect(404);
    let users = world.get(OPERATOR, &format!("/v1/users?organization_id={ACME}")).await.expect(200);
    let contracts = world.get(ACME_ADMIN, "/v1/contracts").await.expect(200);
    assert_eq!((&users["items"], contracts["items"].as_array().unwrap().len()), (&json!([]), 1));
}

#[actix_web::test]
async fn an_idempotency_key_is_its_organizations_own() {
    let world = World::new().await;
    let register = async |who, contract: &str| {
        let body = json!({
            "id": id(1), "name": contract, "billing_mode": "production", "connectivity": "online",
            "contract_number": contract,
        });
        let request = world.request(who, Method::POST, "/v1/meters").insert_header(("idempotency-key", "k"));
        world.send(request.set_json(&body)).await.expect(201)
    };
    let (acme, globex) =
        (register(ACME_ADMIN, "ACME-0001").await, register(GLOBEX_ADMIN, "GLOBEX-0001").await);
    assert_eq!((&acme["partner_id"], &globex["partner_id"]), (&json!(ACME), &json!(GLOBEX)));
    world.get(INITECH_ADMIN, &format!("/v1/meters?partner_id={INITECH}")).await.expect(200);
}

#[actix_web::test]
async fn keys_of_callers_of_one_organization_from_above_do_not_meet() {
    let world = World::new().await;
    let add = async |who, number: &str| {
        let body = json!({"partner_id": ACME, "number": number});
        let request =
            world.request(who, Method::POST, "/v1/contracts").insert_header(("idempotency-key", "k"));
        world.send(request.set_json(&body)).await
    };
    for (who, number) in [(OPERATOR, "ACME-0100"), (NORTHWIND_ADMIN, "ACME-0101")] {
        assert_eq!(add(who, number).await.expect(201)["number"], number);
        assert_eq!(add(who, number).await.expect(201)["number"], number, "the first answer");
    }
    assert_eq!(add(NORTHWIND_ADMIN, "ACME-0100").await.expect(422)["code"], "idempotency-key-reused");
    let invite = async |who, email: &str| {
        let body = json!({"email": email, "role": "partner-viewer", "organization_id": ACME});
        let request = world.request(who, Method::POST, "/v1/users").insert_header(("idempotency-key", "k"));
        world.send(request.set_json(&body)).await.expect(201)
    };
    let by_operator = invite(OPERATOR, "one@acme.test").await;
    let by_partner = invite(ACME_ADMIN, "two@acme.test").await;
    assert_eq!(
        (&by_operator["email"], &by_partner["email"]),
        (&json!("one@acme.test"), &json!("two@acme.test"))
    );
}
