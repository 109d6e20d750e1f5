//! Meters changed, given up and taken up again: what changes at once, and what at a month's start.

use actix_web::http::Method;
use platform::broker::{Queue, Work};
use schema::contracts::{self, Site};
use schema::outbox;
use schema::types::{BillingMode, Connectivity, UploadStatus};
use serde_json::{Value, json};
use test_support::tenants::{ACME, GLOBEX};

use crate::data::{hour, id, month};
use crate::http::Answer;
use crate::world::{
    ACME_ADMIN, ACME_VIEWER, DESK, GLOBEX_ADMIN, NORTHWIND_ADMIN, NORTHWIND_VIEWER, OPERATOR, World,
};

const KEY: &str = "BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc=";

/// On 5 October 2026; Acme has two contracts with a site each, and meter 1 at the first.
async fn world() -> World {
    let world = World::new().await;
    world
        .within(ACME, |tx| {
            contracts::insert(tx, "ACME-0002", hour(0))?;
            for (site, contract) in [(1, "ACME-0001"), (2, "ACME-0002")] {
                let (contract_number, name) = (contract.to_owned(), "ams".to_owned());
                let site =
                    Site { organization_id: ACME, id: id(site), contract_number, name, created_at: hour(0) };
                contracts::insert_site(tx, &site)?;
            }
            Ok(())
        })
        .await;
    world.post(ACME_ADMIN, "/v1/meters", &registration()).await.expect(201);
    world
}

fn registration() -> Value {
    json!({"id": id(1), "name": "ams-1", "billing_mode": "production", "connectivity": "online",
        "contract_number": "ACME-0001", "site_id": id(1)})
}

fn path() -> String {
    format!("/v1/meters/{}", id(1))
}

impl World {
    async fn change(&self, body: &Value) -> Answer {
        self.send(self.request(ACME_ADMIN, Method::PATCH, &path()).set_json(body)).await
    }

    async fn delete(&self, path: &str) -> Answer {
        self.send(self.request(ACME_ADMIN, Method::DELETE, path)).await
    }

    /// Month, mode, contract and site of all that was recorded.
    async fn settings(&self) -> Vec<Value> {
        let list = self.get(ACME_VIEWER, &format!("{}/settings", path())).await.expect(200);
        assert_eq!(list["next_cursor"], Value::Null);
        let of = |item: &Value| {
            json!([item["effective_from"], item["billing_mode"], item["contract_number"], item["site_id"]])
        };
        list["items"].as_array().unwrap().iter().map(of).collect()
    }

    /// The works in the outbox, sorted; they are taken out. What a test put there itself is none.
    async fn works(&self) -> Vec<String> {
        let now = self.api.clock.machine_now();
        let taken = self.api.db.machinery(move |tx| {
            let mut leased = Vec::new();
            for queue in Queue::ALL {
                let turn = outbox::Turn { queue: queue.as_str(), each: 100, limit: 100, except: &[] };
                leased.append(&mut outbox::lease(tx, now, now, turn)?);
            }
            outbox::delete(tx, &leased.iter().map(|message| message.id).collect::<Vec<_>>())?;
            Ok::<_, platform::db::DbError>(leased)
        });
        let works =
            taken.await.unwrap().into_iter().filter_map(|message| Work::from_json(&message.body).ok());
        let mut works: Vec<_> =
            works.map(|work| format!("{} {}", work.queue().as_str(), work.key())).collect();
        works.sort();
        works
    }

    async fn messages(&self) -> i64 {
        let backlog = |tx: &mut schema::Tx<'_>| Ok::<_, platform::db::DbError>(outbox::backlog(tx)?);
        self.api.db.machinery(backlog).await.unwrap().count
    }
}

#[actix_web::test]
async fn name_connectivity_and_key_change_at_once() {
    let world = world().await;
    let changed = world
        .change(&json!({"name": "fra-1", "connectivity": "offline", "public_key": KEY}))
        .await
        .expect(200);
    for (field, value) in [("name", "fra-1"), ("connectivity", "offline"), ("public_key", KEY)] {
        assert_eq!(changed[field], value);
    }
    assert_eq!(world.get(ACME_VIEWER, &path()).await.expect(200), changed);
    // Absent and null are not the same for what can be taken away.
    assert_eq!(world.change(&json!({"name": null})).await.expect(200), changed);
    assert_eq!(world.change(&json!({"public_key": null})).await.expect(200)["public_key"], Value::Null);
    let since_ever = json!([null, "production", "ACME-0001", id(1)]);
    assert_eq!(world.settings().await, [since_ever], "nothing of this is dated");
}

#[actix_web::test]
async fn mode_contract_and_site_change_with_the_next_month_by_default() {
    let world = world().await;
    let now = world.change(&json!({"billing_mode": "test"})).await.expect(200);
    assert_eq!(now["billing_mode"], "production", "the current month is left alone");
    let mode = async |month: &str| {
        let meter = world.get(ACME_VIEWER, &format!("{}?month={month}", path())).await.expect(200);
        meter["billing_mode"].as_str().unwrap().to_owned()
    };
    assert_eq!((mode("2026-10").await, mode("2026-11").await), ("production".to_owned(), "test".to_owned()));
    assert_eq!(world.messages().await, 0, "nothing of it has begun");
}

#[actix_web::test]
async fn taken_up_again_a_meter_is_what_it_is_registered_as_in_later_months_too() {
    let world = world().await;
    world.change(&json!({"billing_mode": "test"})).await.expect(200);
    let later = json!({"contract_number": "ACME-0002", "effective_from": "2027-01"});
    world.change(&later).await.expect(200);
    world.delete(&path()).await.expect(204);
    world.post(ACME_ADMIN, "/v1/meters", &registration()).await.expect(201);
    for month in ["2026-10", "2026-11", "2026-12", "2027-01", "2027-02"] {
        let meter = world.get(ACME_VIEWER, &format!("{}?month={month}", path())).await.expect(200);
        let is = [&meter["billing_mode"], &meter["contract_number"], &meter["site_id"]];
        assert_eq!(is, [&json!("production"), &json!("ACME-0001"), &json!(id(1))], "{month}");
    }
    let months: Vec<_> = world.settings().await.into_iter().map(|settings| settings[0].clone()).collect();
    let (november, january) = (json!("2026-11"), json!("2027-01"));
    assert_eq!(months, [&Value::Null, &november, &november, &january, &january].map(Value::clone));
}

#[actix_web::test]
async fn a_change_dated_back_has_what_it_touches_metered_and_composed_again() {
    let world = world().await;
    let upload = world.upload(ACME, 1, 9, UploadStatus::Processed).await;
    world.within(ACME, move |tx| crate::meters::collect(tx, upload)).await;
    world.unit(ACME, 11, &[(3, &[(0, 2)])]).await;
    world.works().await;
    world.change(&json!({"billing_mode": "test", "effective_from": "2026-01"})).await.expect(200);
    let unit = format!("{}/2026-09", id(11));
    assert_eq!(
        world.works().await,
        [
            "compose production/2026-09".to_owned(),
            "compose test/2026-09".to_owned(),
            format!("meter production/{unit}"),
            format!("meter test/{unit}"),
        ]
    );
    for mode in [BillingMode::Production, BillingMode::Test] {
        let causes = world.within(ACME, move |tx| schema::reports::causes(tx, mode, month())).await;
        let causes: Vec<_> = causes.into_iter().map(|cause| cause.cause).collect();
        assert_eq!(causes, [format!("registration:{}", id(1))], "{mode}");
    }
    // Another contract needs no metering; another mode after the evidence concerns nothing of it.
    world.change(&json!({"contract_number": "ACME-0002", "effective_from": "2026-09"})).await.expect(200);
    assert_eq!(world.works().await, ["compose test/2026-09"]);
    world.change(&json!({"billing_mode": "production", "effective_from": "2026-10"})).await.expect(200);
    assert_eq!(world.works().await, [""; 0]);
    // Up to where something else is recorded, and no further.
    world.change(&json!({"billing_mode": "production", "effective_from": "2026-08"})).await.expect(200);
    assert_eq!(world.works().await, [""; 0]);
}

#[actix_web::test]
async fn settings_are_dated_history_and_never_overwritten() {
    let world = world().await;
    for body in [
        json!({"billing_mode": "test", "effective_from": "2026-08"}),
        json!({"contract_number": "ACME-0002", "effective_from": "2026-12"}),
        // The site of the first contract stayed behind with it.
        json!({"site_id": id(2), "effective_from": "2026-12"}),
        json!({"site_id": null, "effective_from": "2026-08"}),
        // Says what is in force there: nothing to record.
        json!({"billing_mode": "test", "site_id": null, "effective_from": "2026-09"}),
        json!({"billing_mode": "production", "effective_from": "2026-08"}),
    ] {
        world.change(&body).await.expect(200);
    }
    assert_eq!(
        world.settings().await,
        [
            json!([null, "production", "ACME-0001", id(1)]),
            json!(["2026-08", "test", "ACME-0001", id(1)]),
            json!(["2026-08", "test", "ACME-0001", null]),
            json!(["2026-08", "production", "ACME-0001", null]),
            json!(["2026-12", "test", "ACME-0002", null]),
            json!(["2026-12", "test", "ACME-0002", id(2)]),
        ]
    );
    let at = async |month: &str| {
        let meter = world.get(ACME_VIEWER, &format!("{}?month={month}", path())).await.expect(200);
        json!([meter["billing_mode"], meter["contract_number"], meter["site_id"]])
    };
    assert_eq!(at("2026-07").await, json!(["production", "ACME-0001", id(1)]));
    assert_eq!(at("2026-11").await, json!(["production", "ACME-0001", null]));
    assert_eq!(at("2027-01").await, json!(["test", "ACME-0002", id(2)]));
    assert_eq!(at("0000-05").await, json!(["production", "ACME-0001", id(1)]));
    // Even what holds since ever can be set right.
    world.change(&json!({"billing_mode": "test", "effective_from": "0001-01"})).await.expect(200);
    assert_eq!(
        (at("2026-07").await[0].clone(), at("2026-11").await[0].clone()),
        (json!("test"), json!("production"))
    );
}

#[actix_web::test]
async fn who_recorded_settings_and_what_they_replaced_is_kept() {
    let world = world().await;
    world
        .change(&json!({"name": "x", "billing_mode": "test", "effective_from": "2026-09"}))
        .await
        .expect(200);
    let list = world.get(NORTHWIND_VIEWER, &format!("{}/settings", path())).await.expect(200);
    let recorded = &list["items"][1];
    assert!(recorded["recorded_by"].as_str().unwrap().starts_with("user:"), "{recorded}");
    assert!(!recorded["recorded_at"].is_null());
    let audit = world.get(ACME_ADMIN, "/v1/audit?action=meter.change").await.expect(200);
    let entry = &audit["items"][0];
    assert_eq!((&entry["before"]["name"], &entry["after"]["name"]), (&json!("ams-1"), &json!("x")));
    assert_eq!(
        (&entry["before"]["settings"]["billing_mode"], &entry["after"]["settings"]),
        (
            &json!("production"),
            &json!({"effective_from": "2026-09", "billing_mode": "test", "contract_number": "ACME-0001",
                "site_id": id(1)})
        )
    );
    // A change that changes nothing is none.
    world
        .change(&json!({"name": "x", "billing_mode": "test", "effective_from": "2026-09"}))
        .await
        .expect(200);
    let audit = world.get(ACME_ADMIN, "/v1/audit?action=meter.change").await.expect(200);
    assert_eq!(audit["items"].as_array().unwrap().len(), 1);
}

#[actix_web::test]
async fn what_is_wrong_with_a_change_is_told_by_field_and_changes_nothing() {
    let world = world().await;
    let before = world.get(ACME_VIEWER, &path()).await.expect(200);
    for (body, wrong) in [
        (json!({"name": ""}), "name invalid"),
        (json!({"connectivity": "both"}), "connectivity invalid"),
        (json!({"public_key": "AAAA"}), "public_key invalid"),
        (json!({"billing_mode": "x"}), "billing_mode invalid"),
        (json!({"contract_number": "GLOBEX-0001", "name": "y"}), "contract_number unknown"),
        (json!({"site_id": id(9)}), "site_id unknown"),
        (json!({"site_id": id(2)}), "site_id other-contract"),
        (json!({"site_id": id(2), "effective_from": "2026-13"}), "effective_from invalid"),
        (json!({"billing_mode": "test", "effective_from": "0000-12"}), "effective_from invalid"),
        (json!({"effective_from": "2026-10"}), "effective_from invalid"),
        (json!({"id": id(2)}), "id unknown"),
    ] {
        assert_eq!(world.change(&body).await.wrong_fields(), [wrong], "{body}");
    }
    assert_eq!(world.get(ACME_VIEWER, &path()).await.expect(200), before);
    assert_eq!(world.settings().await.len(), 1);
}

#[actix_web::test]
async fn only_its_partners_admin_changes_a_meter() {
    let world = world().await;
    for method in [Method::PATCH, Method::DELETE] {
        for who in [ACME_VIEWER, NORTHWIND_ADMIN, DESK] {
            let request = world.request(who, method.clone(), &path()).set_json(json!({"name": "x"}));
            world.send(request).await.expect(403);
        }
        let request = world.request(GLOBEX_ADMIN, method, &path()).set_json(json!({"name": "x"}));
        world.send(request).await.expect(404);
    }
    world.get(GLOBEX_ADMIN, &format!("{}/settings", path())).await.expect(404);
}

#[actix_web::test]
async fn a_deregistered_meter_keeps_its_history_and_can_come_back() {
    let world = world().await;
    world.change(&json!({"billing_mode": "test", "effective_from": "2026-09"})).await.expect(200);
    world.upload(ACME, 1, 9, UploadStatus::Processed).await;
    for _ in 0..2 {
        world.delete(&path()).await.expect(204);
    }
    let listed = async |query: &str| {
        let list = world.get(NORTHWIND_VIEWER, &format!("/v1/meters{query}")).await.expect(200);
        list["items"].as_array().unwrap().len()
    };
    assert_eq!((listed("").await, listed("?include=deregistered").await), (0, 1));
    let gone = world.get(NORTHWIND_VIEWER, &path()).await.expect(200);
    assert!(!gone["deregistered_at"].is_null(), "{gone}");
    assert_eq!((&gone["status"], &gone["billing_mode"]), (&json!("ok"), &json!("test")));
    assert_eq!(world.settings().await.len(), 2);

    let mut again = registration();
    again["name"] = json!("ams-2");
    let back = world.post(ACME_ADMIN, "/v1/meters", &again).await.expect(201);
    assert_eq!((&back["name"], &back["deregistered_at"]), (&json!("ams-2"), &Value::Null));
    assert_eq!(back["billing_mode"], "production", "from the current month on");
    assert_eq!(world.settings().await.last().unwrap(), &json!(["2026-10", "production", "ACME-0001", id(1)]));
    let september = world.get(ACME_VIEWER, &format!("{}?month=2026-09", path())).await.expect(200);
    assert_eq!(september["billing_mode"], "test", "what was stays");
    assert_eq!(listed("").await, 1);
    world.post(ACME_ADMIN, "/v1/meters", &again).await.expect(409);
    let audit = world.get(ACME_ADMIN, &format!("/v1/audit?object_id={}", id(1))).await.expect(200);
    let actions: Vec<_> = audit["items"].as_array().unwrap().iter().map(|entry| &entry["action"]).collect();
    assert_eq!(actions, ["meter.register", "meter.deregister", "meter.change", "meter.register"]);
}

#[actix_web::test]
async fn meters_are_listed_by_connectivity_and_date_of_registration() {
    let world = world().await;
    world.meter(GLOBEX, 5, "GLOBEX-0001", Connectivity::Offline).await;
    let listed = async |query: &str| {
        let list = world.get(NORTHWIND_VIEWER, &format!("/v1/meters?{query}")).await.expect(200);
        let items = list["items"].as_array().unwrap();
        items.iter().map(|meter| meter["id"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(listed("connectivity=offline").await, [id(5).to_string()]);
    assert_eq!(listed("connectivity=online").await, [id(1).to_string()]);
    assert_eq!(listed("registered_after=2026-10-01T00:00:00Z").await, [id(1).to_string()]);
    assert_eq!(listed("registered_after=2026-10-01T00:00:00Z&connectivity=offline").await, [""; 0]);
    let wrong = world.get(ACME_VIEWER, "/v1/meters?include=all&connectivity=x&registered_after=y").await;
    assert_eq!(wrong.wrong_fields(), ["connectivity invalid", "registered_after invalid", "include invalid"]);
}

#[actix_web::test]
async fn one_appliance_of_two_partners_is_shown_to_the_operator_alone() {
    let world = world().await;
    world.upload(ACME, 1, 9, UploadStatus::Rejected).await;
    let conflicts = async |who| world.get(who, "/v1/meter-conflicts").await.expect(200)["items"].take();
    assert_eq!(conflicts(OPERATOR).await, json!([]));
    world.meter(GLOBEX, 1, "GLOBEX-0001", Connectivity::Online).await;
    world.meter(GLOBEX, 2, "GLOBEX-0001", Connectivity::Online).await;
    let shown = conflicts(DESK).await;
    let registered_at = &world.get(ACME_ADMIN, &path()).await.expect(200)["registered_at"];
    assert_eq!(
        shown,
        json!([{"meter_id": id(1), "partners": [
            {"partner_id": ACME, "registered_at": registered_at, "last_upload_at": "2026-09-01T09:00:00Z"},
            {"partner_id": GLOBEX, "registered_at": "2026-09-01T00:00:00Z", "last_upload_at": null},
        ]}])
    );
    for who in [ACME_ADMIN, GLOBEX_ADMIN, NORTHWIND_ADMIN] {
        world.get(who, "/v1/meter-conflicts").await.expect(403);
    }
    world.delete(&path()).await.expect(204);
    assert_eq!(conflicts(OPERATOR).await, json!([]));
}
