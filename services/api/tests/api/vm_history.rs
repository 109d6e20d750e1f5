//! VM History, page by page.

use insta::assert_json_snapshot;
use schema::bulk::VmHistoryRow;
use serde_json::{Value, json};
use test_support::tenants::ACME;

use crate::data::{ended, id, row};
use crate::world::{ACME_VIEWER, World};

pub const PATH: &str = "/v1/reports/vm-history?month=2026-09";

/// Two vCenters; of the first a second version, which corrects VM 21 and moves the horizon.
pub async fn world() -> World {
    let world = World::new().await;
    world.unit(ACME, 11, &[(120, &[]), (240, &[])]).await;
    world.unit(ACME, 12, &[(725, &[])]).await;
    let version = |row: VmHistoryRow, since, until| VmHistoryRow { since, until, ..row };
    let mut perpetual = row(ACME, 12, 23, 0);
    (perpetual.license, perpetual.reported) = ("perpetual".to_owned(), false);
    let mut vcd = row(ACME, 12, 24, 700);
    (vcd.org, vcd.features) =
        (Some("=cmd|' /C calc'!A0".to_owned()), vec!["nsx-advanced".into(), "vcd".into()]);
    vcd.vm_name = String::from("a \"b\",\r\n\tc");
    let mut unknown = row(ACME, 12, 25, 0);
    (unknown.license, unknown.host_name) = ("unknown".to_owned(), None);
    (unknown.cluster_id, unknown.license_key) = (None, None);
    let rows = vec![
        version(ended(row(ACME, 11, 21, 0), 24), 1, Some(2)),
        version(ended(row(ACME, 11, 21, 0), 48), 2, None),
        version(ended(row(ACME, 11, 21, 60), 61), 1, None),
        row(ACME, 11, 22, 10),
        // Of a version that no revision has taken up.
        version(row(ACME, 11, 26, 10), 3, None),
        perpetual,
        vcd,
        unknown,
    ];
    world.rows(ACME, rows).await;
    world.revision(ACME, 1, &[(11, 1), (12, 1)], &[("", "flex-core", 1)]).await;
    world.revision(ACME, 2, &[(11, 2), (12, 1)], &[("", "flex-core", 1)]).await;
    world
}

/// (VM, begin, end, MB-hours) of the rows.
async fn rows(world: &World, query: &str) -> Vec<(u128, String, String, String)> {
    let body = world.get(ACME_VIEWER, &format!("{PATH}{query}")).await.expect(200);
    let text = |row: &Value, name: &str| row[name].as_str().unwrap().to_owned();
    let rows = body["items"].as_array().unwrap().iter();
    rows.map(|row| {
        let vm = uuid::Uuid::parse_str(&text(row, "vm_id")).unwrap().as_u128();
        (vm, text(row, "begin"), text(row, "end"), text(row, "mb_hours"))
    })
    .collect()
}

async fn vms(world: &World, query: &str) -> Vec<u128> {
    rows(world, query).await.into_iter().map(|row| row.0).collect()
}

#[actix_web::test]
async fn open_rows_end_at_the_horizon_or_the_months_end() {
    let world = world().await;
    assert_json_snapshot!(rows(&world, "").await);
    // 1,024.5 MB: 110 h to the first horizon, as the older revision has it; VM 21 was shorter then.
    let older = rows(&world, "&revision=1&vcenter_id=00000000-0000-0000-0000-00000000000b").await;
    let ends: Vec<_> = older.iter().map(|row| (row.0, row.2.as_str(), row.3.as_str())).collect();
    assert_eq!(
        ends,
        [
            (21, "2026-09-02T00:00:00Z", "24588.000000"),
            (21, "2026-09-03T13:00:00Z", "1024.500000"),
            (22, "2026-09-06T00:00:00Z", "112695.000000"),
        ]
    );
}

#[actix_web::test]
async fn a_row_shows_all_that_it_states() {
    let world = world().await;
    let body = world.get(ACME_VIEWER, &format!("{PATH}&vcd=true")).await.expect(200);
    assert_json_snapshot!(body);
}

#[actix_web::test]
async fn filters_narrow_and_never_change_a_figure() {
    let world = world().await;
    assert_eq!(vms(&world, "").await, [21, 21, 22, 24, 25]);
    assert_eq!(vms(&world, "&include=unreported").await, [21, 21, 22, 23, 24, 25]);
    assert_eq!(vms(&world, "&include=unreported&reported=false").await, [23]);
    assert_eq!(vms(&world, "&reported=false").await, [0; 0]);
    assert_eq!(vms(&world, "&reported=true").await, [21, 21, 22, 24, 25]);
    assert_eq!(vms(&world, "&vcd=false").await, [21, 21, 22, 25]);
    assert_eq!(vms(&world, "&feature=nsx-advanced").await, [24]);
    assert_eq!(vms(&world, "&license=unknown").await, [25]);
    assert_eq!(vms(&world, "&license=perpetual&include=unreported").await, [23]);
    assert_eq!(vms(&world, &format!("&vm_id={}", id(22))).await, [22]);
    assert_eq!(vms(&world, &format!("&vcenter_id={}", id(12))).await, [24, 25]);
    assert_eq!(vms(&world, "&customer=%3Dcmd%7C%27%20%2FC%20calc%27%21A0").await, [24]);
    assert_eq!(vms(&world, "&customer=nobody").await, [0; 0]);
    assert_eq!(rows(&world, &format!("&vm_id={}", id(22))).await[0], rows(&world, "").await[2]);
}

#[actix_web::test]
async fn what_cannot_be_asked_is_told() {
    let world = world().await;
    let wrong = async |query: &str| world.get(ACME_VIEWER, &format!("{PATH}&{query}")).await.wrong_fields();
    assert_eq!(wrong("vcd=yes&license=free&feature=vsan&include=all").await.len(), 4);
    assert_eq!(wrong("license_key=x").await, ["license_key unknown"]);
    assert_eq!(wrong("vm_id=vm-1&format=xlsx").await, ["vm_id invalid", "format invalid"]);
    assert_eq!(wrong("format=csv&limit=10").await, ["limit unsupported"]);
    assert_eq!(vms(&world, "&billing_mode=test").await, [0; 0]);
    world.get(ACME_VIEWER, &format!("{PATH}&revision=9")).await.expect(404);
    let empty = world.get(ACME_VIEWER, "/v1/reports/vm-history?month=2026-08").await.expect(200);
    assert_eq!(empty, json!({"items": [], "next_cursor": null}));
}
