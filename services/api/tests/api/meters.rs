//! Registration, and meters as they are in a month.

use actix_web::http::Method;
use insta::assert_json_snapshot;
use schema::contracts::{self, Site};
use schema::types::{Connectivity, UploadStatus};
use serde_json::{Value, json};
use test_support::tenants::{ACME, GLOBEX};
use uuid::Uuid;

use crate::data::{hour, id};
use crate::world::{ACME_ADMIN, ACME_VIEWER, GLOBEX_ADMIN, NORTHWIND_ADMIN, World};

const KEY: &str = "BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc=";

fn registration() -> Value {
    json!({
        "id": id(1), "name": "Ämsterdam 1", "billing_mode": "production", "connectivity": "online",
        "contract_number": "ACME-0001", "public_key": KEY,
    })
}

fn with(field: &str, value: Value) -> Value {
    let mut body = registration();
    body[field] = value;
    body
}

#[actix_web::test]
async fn a_meter_is_registered_with_a_token_of_its_own() {
    let world = World::new().await;
    let answer = world.post(ACME_ADMIN, "/v1/meters", &registration()).await;
    let created = answer.expect(201);
    assert_eq!(answer.header("location"), format!("/v1/meters/{}", id(1)));
    let token = created["token"].as_str().unwrap().to_owned();
    assert!(token.starts_with("umt_") && token.len() == 4 + 43, "{token}");
    assert_json_snapshot!(created, {".token" => "[token]", ".registered_at" => "[now]"});

    let mut shown = world.get(ACME_VIEWER, &format!("/v1/meters/{}", id(1))).await.expect(200);
    assert_eq!(shown["token"].take(), Value::Null);
    assert_eq!(
        world.post(ACME_ADMIN, "/v1/meters", &registration()).await.expect(409)["code"],
        "meter-exists"
    );
    // The id is the appliance's own claim: another partner may have one of the same.
    let theirs = with("contract_number", json!("GLOBEX-0001"));
    world.post(GLOBEX_ADMIN, "/v1/meters", &theirs).await.expect(201);
}

#[actix_web::test]
async fn only_a_partners_admin_registers() {
    let world = World::new().await;
    for who in [ACME_VIEWER, NORTHWIND_ADMIN] {
        assert_eq!(world.post(who, "/v1/meters", &registration()).await.expect(403)["code"], "forbidden");
    }
}

#[actix_web::test]
async fn what_is_wrong_is_told_by_field() {
    let world = World::new().await;
    let wrong = async |body: Value| world.post(ACME_ADMIN, "/v1/meters", &body).await.wrong_fields();
    let missing = wrong(json!({})).await;
    let required = ["id", "name", "billing_mode", "connectivity", "contract_number"];
    assert_eq!(missing, required.map(|name| format!("{name} missing")));
    for (field, value) in [
        ("id", json!("00000000000000000000000000000001")),
        ("id", json!("x")),
        ("id", json!(1)),
        ("name", json!(" ")),
        ("name", json!("x".repeat(513))),
        ("name", json!("a\u{0}b")),
        ("name", json!("a\nb")),
        ("billing_mode", json!("Production")),
        ("connectivity", json!("both")),
        ("public_key", json!("BwcH")),
        ("public_key", json!("no base64")),
        ("site_id", json!("ams")),
    ] {
        assert_eq!(wrong(with(field, value.clone())).await, [format!("{field} invalid")], "{value}");
    }
    assert_eq!(wrong(with("contract_number", json!("GLOBEX-0001"))).await, ["contract_number unknown"]);
    assert_eq!(wrong(with("site_id", json!(id(9)))).await, ["site_id unknown"]);
    assert_eq!(wrong(with("colour", json!("red"))).await, ["colour unknown"]);
    assert_eq!(world.get(ACME_ADMIN, "/v1/meters").await.expect(200)["items"], json!([]));
}

#[actix_web::test]
async fn a_site_must_be_of_the_contract() {
    let world = World::new().await;
    world
        .within(ACME, |tx| {
            contracts::insert(tx, "ACME-0002", hour(0))?;
            for (site, contract) in [(1, "ACME-0001"), (2, "ACME-0002")] {
                let contract_number = contract.to_owned();
                let name = "ams".to_owned();
                let site =
                    Site { organization_id: ACME, id: id(site), contract_number, name, created_at: hour(0) };
                contracts::insert_site(tx, &site)?;
            }
            Ok(())
        })
        .await;
    let other = world.post(ACME_ADMIN, "/v1/meters", &with("site_id", json!(id(2)))).await;
    assert_eq!(other.wrong_fields(), ["site_id other-contract"]);
    let own = world.post(ACME_ADMIN, "/v1/meters", &with("site_id", json!(id(1)))).await.expect(201);
    assert_eq!(own["site_id"], json!(id(1)));
}

#[actix_web::test]
async fn a_retried_registration_gets_the_first_answer_without_the_token() {
    let world = World::new().await;
    let send = async |body: &Value, key: &str| {
        let request = world.request(ACME_ADMIN, Method::POST, "/v1/meters");
        world.send(request.insert_header(("idempotency-key", key)).set_json(body)).await
    };
    let mut first = send(&registration(), "k-1").await.expect(201);
    assert!(first.as_object_mut().unwrap().remove("token").is_some());
    let again = send(&registration(), "k-1").await;
    assert_eq!(again.expect(201), first);
    let other = send(&with("name", json!("other")), "k-1").await;
    assert_eq!(other.expect(422)["code"], "idempotency-key-reused");
    send(&registration(), "").await.expect(400);
    send(&registration(), "k-2").await.expect(409);
}

#[actix_web::test]
async fn a_meter_shows_how_it_is_doing() {
    let world = World::at("2026-10-01T12:00:00Z").await;
    for (meter, connectivity) in [
        (1, Connectivity::Online),
        (2, Connectivity::Online),
        (3, Connectivity::Online),
        (4, Connectivity::Offline),
        (5, Connectivity::Offline),
    ] {
        world.meter(ACME, meter, "ACME-0001", connectivity).await;
    }
    world.meter(GLOBEX, 1, "GLOBEX-0001", Connectivity::Online).await;
    world.upload(ACME, 2, 700, UploadStatus::Processed).await;
    world.upload(ACME, 2, 725, UploadStatus::Received).await;
    world.upload(ACME, 3, 730, UploadStatus::Processed).await;
    world.upload(ACME, 3, 731, UploadStatus::Rejected).await;
    world.upload(ACME, 4, 10, UploadStatus::Processed).await;
    world.upload(ACME, 5, 11, UploadStatus::Received).await;
    let states = async |path: &str| {
        let list = world.get(ACME_ADMIN, path).await.expect(200);
        let items = list["items"].as_array().unwrap();
        items.iter().map(|meter| meter["status"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(states("/v1/meters?month=2026-09").await, ["unknown", "ok", "error", "ok", "ok"]);
    let nobody = platform::audit::Origin::system("test");
    world.api.clock.set("2026-10-02T12:00:00Z".parse().unwrap(), &nobody).await.unwrap();
    assert_eq!(states("/v1/meters?month=2026-09").await, ["unknown", "warning", "error", "ok", "warning"]);
    // The current month is not over: nothing is due yet.
    assert_eq!(states("/v1/meters").await, ["unknown", "warning", "error", "ok", "ok"]);
    let meter = world.get(ACME_ADMIN, &format!("/v1/meters/{}", id(2))).await.expect(200);
    assert_eq!(
        (&meter["last_upload_at"], &meter["version"]),
        (&json!("2026-10-01T05:00:00Z"), &json!("4.8.0"))
    );
}

#[actix_web::test]
async fn a_meter_shows_the_coverage_of_the_vcenters_that_it_sees() {
    let world = World::new().await;
    world.meter(ACME, 1, "ACME-0001", Connectivity::Online).await;
    let upload = world.upload(ACME, 1, 9, UploadStatus::Processed).await;
    world.within(ACME, move |tx| collect(tx, upload)).await;
    let path = format!("/v1/meters/{}?month=2026-09", id(1));
    assert_eq!(world.get(ACME_ADMIN, &path).await.expect(200)["coverage"], Value::Null);
    world.unit(ACME, 11, &[(3, &[(0, 2)]), (8, &[(0, 2), (4, 8)])]).await;
    world.unit(ACME, 12, &[(8, &[(0, 8)])]).await;
    let coverage = world.get(ACME_ADMIN, &path).await.expect(200)["coverage"].take();
    assert_json_snapshot!(coverage);
}

/// A collection of vCenter 11 by meter 1.
pub fn collect(tx: &mut schema::Tx<'_>, upload_id: Uuid) -> diesel::QueryResult<()> {
    use schema::evidence::{self, NewCollection};
    evidence::add_products(tx, &[(id(11), "vcenter"), (id(12), "vcenter")])?;
    let collection = NewCollection {
        organization_id: ACME,
        upload_id,
        ordinal: 0,
        meter_id: id(1),
        product_id: id(11),
        kind: "events",
        from_at: hour(0),
        to_at: hour(2),
        records: 0,
        sha256: &[1; 32],
        received_at: hour(9),
        verified: true,
        path: "p",
        entry_offset: 0,
        stored_bytes: 0,
        inflated_bytes: 0,
        method: 8,
        crc32: 0,
    };
    evidence::register(tx, &[collection])
}
