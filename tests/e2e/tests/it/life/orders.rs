//! The order draft: there with the month's first report, following it, the partner's when the month is closed.

use e2e::{Client, until};
use serde_json::{Value, json};
use uuid::Uuid;

use super::{census, file, quiet, run_month, start, wait_run};

/// Of the first line, `flex-core`.
fn quantities(order: &Value) -> Value {
    let line = &order["lines"][0];
    json!([line["code"], line["metered_quantity"], line["quantity"], line["points_per_unit"], line["points"]])
}

fn the_order(client: &Client) -> Value {
    let orders = client.orders("2026-09");
    assert_eq!(orders.len(), 1, "{orders:#?}");
    orders[0].clone()
}

fn events(order: &Value) -> Vec<&str> {
    order["history"].as_array().unwrap().iter().map(|event| event["event"].as_str().unwrap()).collect()
}

#[test]
fn a_draft_follows_its_report_and_opens_when_the_month_is_closed() {
    let (service, acme) = start("2026-09-20T06:00:00Z");
    // 60 VMs of 2 GB billed: 4 GB on the month's average for each day.
    let vms: Vec<Uuid> = (0..60).map(|number| Uuid::from_u128(0x5000 + number)).collect();
    let begun = census(file(), "2026-09-01T00:00:00Z", &vms);
    acme.process(&quiet(begun, "2026-09-01T00:00:00Z", "2026-09-02T00:00:00Z").build());
    let draft = the_order(&acme);
    assert_eq!((&draft["status"], &draft["contract_number"]), (&"not-open".into(), &"ACME-0001".into()));
    assert_eq!(quantities(&draft), json!(["flex-core", 4, 4, "7", "28"]));
    assert_eq!(draft["points_total"], "28");

    acme.process(&quiet(file(), "2026-09-02T00:00:00Z", "2026-09-03T00:00:00Z").build());
    let followed = the_order(&acme);
    assert_eq!((&followed["id"], &followed["status"]), (&draft["id"], &"not-open".into()));
    assert_eq!(quantities(&followed), json!(["flex-core", 8, 8, "7", "56"]));

    // The deadline has passed, the run that closes the month has not come yet.
    service.set_clock("2026-10-03T00:10:00Z");
    wait_run(&acme, "2026-10-02T00:30:00Z");
    assert_eq!(acme.report("2026-09")["status"], "provisional");
    assert_eq!(the_order(&acme)["status"], "not-open");

    service.set_clock("2026-10-03T00:30:01Z");
    until("a final report", || (acme.report("2026-09")["status"] == "final").then_some(()));
    let closing = wait_run(&acme, "2026-10-03T00:30:00Z");
    assert_eq!(run_month(&closing, "2026-09")["changed"], true);
    let open = the_order(&acme);
    assert_eq!((&open["id"], &open["status"]), (&draft["id"], &"pending-partner".into()));
    assert_eq!(quantities(&open), json!(["flex-core", 8, 8, "7", "56"]));
    assert_eq!(open["revision"], acme.report("2026-09")["revision"]);
    assert_eq!(events(&open), ["created", "opened"]);
    let told = acme.list("/v1/audit?object_kind=order");
    assert_eq!(told.len(), 1, "{told:#?}");
    assert_eq!((&told[0]["action"], &told[0]["actor"]), (&"order.open".into(), &"system:compose".into()));
    assert_eq!((&told[0]["object"]["id"], &told[0]["after"]["month"]), (&open["id"], &"2026-09".into()));

    // A closed month is left alone.
    service.set_clock("2026-10-04T00:30:01Z");
    acme.process(&census(file(), "2026-10-01T00:00:00Z", &vms).build());
    service.set_clock("2026-10-05T00:30:01Z");
    let next = wait_run(&acme, "2026-10-05T00:30:00Z");
    assert_eq!(next["months"].as_array().unwrap().len(), 1, "{next:#}");
    assert_eq!(the_order(&acme), open);
}
