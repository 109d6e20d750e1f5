//! The monthly usage report.

use insta::assert_json_snapshot;
use schema::contracts::{self, Site};
use serde_json::{Value, json};
use test_support::tenants::{ACME, GLOBEX};
use uuid::Uuid;

use crate::data::{hour, id};
use crate::world::{ACME_VIEWER, NORTHWIND_ADMIN, World};

const PATH: &str = "/v1/reports/monthly-usage";

async fn world() -> World {
    // The month is over, so that what is expected of it moves no more.
    let world = World::new().await;
    world.unit(ACME, 11, &[(120, &[(0, 100)]), (239, &[(0, 100), (110, 239)])]).await;
    let lines = |flex| {
        [
            ("", "flex-core", flex),
            ("", "flex-core/vcd", 18),
            ("", "srm", 2),
            ("ACME-0001", "flex-core", flex - 1),
            ("ACME-0001", "flex-core/vcd", 17),
        ]
    };
    world.revision(ACME, 1, &[(11, 1)], &lines(40)).await;
    world.revision(ACME, 2, &[(11, 2)], &lines(70)).await;
    world
}

#[actix_web::test]
async fn the_newest_revision_is_reported() {
    let world = world().await;
    let report = world.get(ACME_VIEWER, &format!("{PATH}?month=2026-09")).await.expect(200);
    assert_json_snapshot!(report);
    let path = format!("{PATH}?month=2026-09&partner_id={ACME}&billing_mode=production");
    assert_eq!(world.get(NORTHWIND_ADMIN, &path).await.expect(200), report);
}

#[actix_web::test]
async fn an_earlier_revision_and_a_contract_narrow_it() {
    let world = world().await;
    let get = async |query: &str| world.get(ACME_VIEWER, &format!("{PATH}?month=2026-09&{query}")).await;
    let quantities = |report: &Value| {
        let lines = report["lines"].as_array().unwrap();
        lines.iter().map(|line| line["quantity"].as_i64().unwrap()).collect::<Vec<_>>()
    };
    let earlier = get("revision=1").await.expect(200);
    assert_eq!((&earlier["revision"], quantities(&earlier)), (&json!(1), vec![40, 2]));
    assert_eq!(earlier["coverage"][0]["covered_hours"], "100.000000");
    let contract = get("contract=ACME-0001").await.expect(200);
    assert_eq!((&contract["contract"], quantities(&contract)), (&json!("ACME-0001"), vec![69]));
    assert_eq!(contract["lines"][0]["breakdown"][0]["code"], "vcd");
    assert_eq!(get("revision=3").await.expect(404)["detail"], "there is no such revision");
    get("contract=GLOBEX-0001").await.expect(404);
    get("billing_mode=test").await.expect(404);
}

/// A site of a partner's only contract.
async fn site(world: &World, organization_id: Uuid, number: u128, contract: &str) {
    let (contract_number, name) = (contract.to_owned(), format!("site {number}"));
    let site = Site { organization_id, id: id(number), contract_number, name, created_at: hour(0) };
    world.within(organization_id, move |tx| contracts::insert_site(tx, &site)).await;
}

#[actix_web::test]
async fn a_contract_or_site_without_a_meter_has_no_lines() {
    let world = world().await;
    world.within(ACME, |tx| contracts::insert(tx, "ACME-0002", hour(0))).await;
    site(&world, ACME, 1, "ACME-0001").await;
    site(&world, GLOBEX, 2, "GLOBEX-0001").await;
    let get = async |query: &str| world.get(ACME_VIEWER, &format!("{PATH}?month=2026-09&{query}")).await;
    let contract = get("contract=ACME-0002").await.expect(200);
    assert_eq!((&contract["contract"], &contract["lines"]), (&json!("ACME-0002"), &json!([])));
    let own = get(&format!("site={}", id(1))).await.expect(200);
    assert_eq!((&own["site"], &own["lines"]), (&json!(id(1)), &json!([])));
    assert_eq!(own["revision"], 2);
    for others in [2, 404] {
        let answer = get(&format!("site={}", id(others))).await;
        assert_eq!(answer.expect(404)["detail"], "there is no such site");
    }
}

#[actix_web::test]
async fn what_cannot_be_asked_is_told() {
    let world = world().await;
    let wrong = async |query: &str| world.get(ACME_VIEWER, &format!("{PATH}?{query}")).await.wrong_fields();
    assert_eq!(wrong("").await, ["month missing"]);
    assert_eq!(wrong("month=2026-09&site=x&customer=y").await, ["site invalid", "customer unsupported"]);
    let both = format!("month=2026-09&contract=ACME-0001&site={}", id(1));
    assert_eq!(wrong(&both).await, ["site unsupported"]);
    assert_eq!(wrong("month=2026-13&revision=0").await, ["month invalid", "revision invalid"]);
    assert_eq!(wrong("month=2026-09&patner_id=x").await, ["patner_id unknown"]);
    let month = world.get(ACME_VIEWER, &format!("{PATH}?month=2026-08")).await;
    assert_eq!(month.expect(404)["detail"], "there is no such report");
}
