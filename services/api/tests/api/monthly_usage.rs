//! The monthly usage report.

use insta::assert_json_snapshot;
use serde_json::{Value, json};
use test_support::tenants::ACME;

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

#[actix_web::test]
async fn what_cannot_be_asked_is_told() {
    let world = world().await;
    let wrong = async |query: &str| world.get(ACME_VIEWER, &format!("{PATH}?{query}")).await.wrong_fields();
    assert_eq!(wrong("").await, ["month missing"]);
    assert_eq!(wrong("month=2026-09&site=x&customer=y").await, ["site unsupported", "customer unsupported"]);
    assert_eq!(wrong("month=2026-13&revision=0").await, ["month invalid", "revision invalid"]);
    assert_eq!(wrong("month=2026-09&patner_id=x").await, ["patner_id unknown"]);
    let month = world.get(ACME_VIEWER, &format!("{PATH}?month=2026-08")).await;
    assert_eq!(month.expect(404)["detail"], "there is no such report");
}
