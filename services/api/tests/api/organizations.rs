//! Organizations, contracts and sites: who sees and who adds which.

use actix_web::http::Method;
use insta::assert_json_snapshot;
use schema::types::Role;
use serde_json::{Value, json};
use test_support::tenants::{ACME, CONTOSO, GLOBEX, INITECH, NORTHWIND, VENDOR};
use uuid::Uuid;

use crate::http::Answer;
use crate::world::{
    ACME_ADMIN, ACME_VIEWER, CONTOSO_ADMIN, DESK, GLOBEX_ADMIN, NORTHWIND_ADMIN, NORTHWIND_VIEWER, OPERATOR,
    World,
};

async fn names(world: &World, who: (Role, Uuid), path: &str, field: &str) -> Vec<String> {
    let page = world.get(who, path).await.expect(200);
    page["items"].as_array().unwrap().iter().map(|item| item[field].as_str().unwrap().to_owned()).collect()
}

async fn audited(world: &World, who: (Role, Uuid), action: &str) -> Vec<Value> {
    let page = world.get(who, &format!("/v1/audit?action={action}")).await.expect(200);
    page["items"].as_array().unwrap().clone()
}

#[actix_web::test]
async fn everybody_sees_their_organization_and_those_below() {
    let world = World::new().await;
    let list = async |who| names(&world, who, "/v1/organizations", "name").await;
    assert_eq!(list(ACME_VIEWER).await, ["Acme Cloud"]);
    assert_eq!(list(NORTHWIND_VIEWER).await, ["Northwind Distribution", "Acme Cloud", "Globex Hosting"]);
    assert_eq!((list(DESK).await.len(), list(OPERATOR).await.len()), (6, 6));
    let get = async |who, id| world.get(who, &format!("/v1/organizations/{id}")).await;
    assert_json_snapshot!(get(NORTHWIND_VIEWER, ACME).await.expect(200));
    for (who, unseen) in [(ACME_VIEWER, NORTHWIND), (ACME_VIEWER, GLOBEX), (NORTHWIND_VIEWER, INITECH)] {
        assert_eq!(get(who, unseen).await.expect(404)["code"], "not-found");
    }
}

#[actix_web::test]
async fn the_operator_adds_organizations_whose_kind_follows_from_their_place() {
    let world = World::new().await;
    let add = async |parent: &Value, name: &str| {
        let body = json!({"parent_id": parent, "name": name});
        world.post(OPERATOR, "/v1/organizations", &body).await
    };
    let answer = add(&json!(VENDOR), "Fabrikam").await;
    let aggregator = answer.expect(201);
    assert_eq!((&aggregator["kind"], &aggregator["parent_id"]), (&json!("aggregator"), &json!(VENDOR)));
    let location = answer.header("location").to_owned();
    assert_eq!(world.get(OPERATOR, &location).await.expect(200), aggregator);
    let partner = add(&aggregator["id"], "Tailspin").await.expect(201);
    assert_eq!((&partner["kind"], &partner["parent_id"]), (&json!("partner"), &aggregator["id"]));
    assert_eq!(add(&partner["id"], "Deep").await.wrong_fields(), ["parent_id partner"]);
    add(&json!(Uuid::now_v7()), "Lost").await.expect(404);
    assert_eq!(add(&json!(VENDOR), " ").await.wrong_fields(), ["name invalid"]);
    let mass = json!({"parent_id": VENDOR, "name": "x", "kind": "operator", "id": VENDOR});
    let mass = world.post(OPERATOR, "/v1/organizations", &mass).await;
    assert_eq!(mass.wrong_fields(), ["id unknown", "kind unknown"]);
    let by_others = json!({"parent_id": NORTHWIND, "name": "Own"});
    for who in [NORTHWIND_ADMIN, DESK, ACME_ADMIN] {
        world.post(who, "/v1/organizations", &by_others).await.expect(403);
    }
    // A partner that was just added is at work: it has an admin, and sees itself alone.
    let partner_id: Uuid = partner["id"].as_str().unwrap().parse().unwrap();
    let admin = (Role::PartnerAdmin, partner_id);
    let invitation =
        json!({"email": "a@tailspin.test", "role": "partner-admin", "organization_id": partner_id});
    world.post(OPERATOR, "/v1/users", &invitation).await.expect(201);
    assert_eq!(names(&world, admin, "/v1/organizations", "name").await, ["Tailspin"]);
    let entries = audited(&world, OPERATOR, "organization.create").await;
    assert!(entries.iter().any(|entry| entry["object"]["id"] == partner["id"]), "{entries:#?}");
}

#[actix_web::test]
async fn the_operator_renames_organizations() {
    let world = World::new().await;
    let rename = async |who, id: Uuid, body: Value| -> Answer {
        let path = format!("/v1/organizations/{id}");
        world.send(world.request(who, Method::PATCH, &path).set_json(body)).await
    };
    let renamed = rename(OPERATOR, ACME, json!({"name": "Acme Clouds"})).await.expect(200);
    assert_eq!((&renamed["name"], &renamed["kind"]), (&json!("Acme Clouds"), &json!("partner")));
    rename(OPERATOR, ACME, json!({})).await.expect(200);
    assert_eq!(names(&world, ACME_VIEWER, "/v1/organizations", "name").await, ["Acme Clouds"]);
    let entries = audited(&world, ACME_ADMIN, "organization.change").await;
    let [entry] = &entries[..] else { panic!("{entries:#?}") };
    assert_eq!(
        (&entry["before"]["name"], &entry["after"]["name"]),
        (&json!("Acme Cloud"), &json!("Acme Clouds"))
    );
    assert_eq!(
        rename(OPERATOR, ACME, json!({"parent_id": CONTOSO})).await.wrong_fields(),
        ["parent_id unknown"]
    );
    rename(OPERATOR, Uuid::now_v7(), json!({"name": "x"})).await.expect(404);
    rename(ACME_ADMIN, ACME, json!({"name": "x"})).await.expect(403);
    rename(ACME_ADMIN, GLOBEX, json!({"name": "x"})).await.expect(404);
}

#[actix_web::test]
async fn contracts_are_added_by_the_operator_and_the_partners_aggregator() {
    let world = World::new().await;
    let add = async |who, partner: Uuid, number: &str| {
        let body = json!({"partner_id": partner, "number": number});
        world.post(who, "/v1/contracts", &body).await
    };
    let made = add(NORTHWIND_ADMIN, ACME, "ACME-0002").await.expect(201);
    assert_eq!((&made["partner_id"], &made["number"]), (&json!(ACME), &json!("ACME-0002")));
    add(OPERATOR, INITECH, "ACME-0002").await.expect(201);
    assert_eq!(add(OPERATOR, ACME, "ACME-0002").await.expect(409)["code"], "contract-exists");
    assert_eq!(add(NORTHWIND_ADMIN, NORTHWIND, "N").await.wrong_fields(), ["partner_id no-partner"]);
    assert_eq!(add(CONTOSO_ADMIN, ACME, "ACME-0003").await.expect(404)["code"], "not-found");
    add(ACME_ADMIN, ACME, "ACME-0003").await.expect(403);
    let list = async |who, query: &str| names(&world, who, &format!("/v1/contracts{query}"), "number").await;
    assert_eq!(list(ACME_VIEWER, "").await, ["ACME-0001", "ACME-0002"]);
    assert_eq!(list(NORTHWIND_VIEWER, "").await, ["ACME-0001", "ACME-0002", "GLOBEX-0001"]);
    assert_eq!(list(OPERATOR, &format!("?partner_id={INITECH}")).await, ["ACME-0002", "INITECH-0001"]);
    world.get(GLOBEX_ADMIN, &format!("/v1/contracts?partner_id={ACME}")).await.expect(404);
    let entries = audited(&world, ACME_ADMIN, "contract.create").await;
    assert_eq!((entries.len(), &entries[0]["object"]["id"]), (1, &json!("ACME-0002")));
    // Page by page.
    let first = world.get(OPERATOR, "/v1/contracts?limit=2").await.expect(200);
    let cursor = first["next_cursor"].as_str().unwrap();
    assert_eq!(list(OPERATOR, &format!("?limit=2&cursor={cursor}")).await, ["GLOBEX-0001", "ACME-0002"]);
}

#[actix_web::test]
async fn a_partner_adds_its_sites() {
    let world = World::new().await;
    let add = async |who, contract: &str, name: &str, key: &str| {
        let body = json!({"contract_number": contract, "name": name});
        let request = world.request(who, Method::POST, "/v1/sites").insert_header(("idempotency-key", key));
        world.send(request.set_json(body)).await
    };
    let made = add(ACME_ADMIN, "ACME-0001", "ams", "a").await.expect(201);
    assert_eq!((&made["partner_id"], &made["contract_number"]), (&json!(ACME), &json!("ACME-0001")));
    assert_eq!(add(ACME_ADMIN, "ACME-0001", "ams", "a").await.expect(201), made, "the same key");
    assert_eq!(add(ACME_ADMIN, "ACME-0001", "ams", "b").await.expect(409)["code"], "site-exists");
    assert_eq!(add(ACME_ADMIN, "GLOBEX-0001", "fra", "c").await.wrong_fields(), ["contract_number unknown"]);
    for who in [ACME_VIEWER, NORTHWIND_ADMIN, OPERATOR] {
        add(who, "ACME-0001", "fra", "d").await.expect(403);
    }
    assert_eq!(names(&world, NORTHWIND_VIEWER, "/v1/sites", "name").await, ["ams"]);
    assert_eq!(names(&world, GLOBEX_ADMIN, "/v1/sites", "name").await, [""; 0]);
    assert_eq!(names(&world, OPERATOR, &format!("/v1/sites?partner_id={ACME}"), "name").await, ["ams"]);
    assert_eq!(audited(&world, ACME_ADMIN, "site.create").await.len(), 1);
}
