//! Meters that change: mode, contract and site at a month's start, dated back or ahead; given up, and taken up again.

use e2e::{Client, Service, lines, until};
use serde_json::{Value, json};
use uuid::Uuid;

use super::{METER, VM, census, file, quiet, start};

const AMS: &str = "00000000-0000-7000-8000-000000000201";
const FRA: &str = "00000000-0000-7000-8000-000000000202";

fn change(acme: &Client, change: &Value) -> Value {
    acme.send("PATCH", &format!("/v1/meters/{METER}"), Some(change)).expect(200).json()
}

fn report(acme: &Client, query: &str) -> Value {
    acme.get(&format!("/v1/reports/monthly-usage?{query}")).expect(200).json()
}

/// The exact figure of the bundle, and null without the line.
fn bundle(report: &Value) -> Value {
    lines(report)["flex-core"]["exact"].clone()
}

fn vcenters(report: &Value) -> usize {
    report["coverage"].as_array().unwrap().len()
}

/// Contract, status and metered quantity of the bundle of the month's orders.
fn orders(acme: &Client, month: &str) -> Vec<Value> {
    let orders = acme.orders(month).into_iter();
    let of = |order: Value| json!([order["contract_number"], order["lines"][0]["metered_quantity"]]);
    let mut orders: Vec<Value> = orders.map(of).collect();
    orders.sort_by_key(Value::to_string);
    orders
}

/// A day of 60 VMs with 2 GB each: 4 GB on September's average, and a little less on October's.
fn a_day(month: &str) -> Vec<u8> {
    let vms: Vec<Uuid> = (0..60).map(|number| Uuid::from_u128(0x5000 + number)).collect();
    let (from, to) = (format!("{month}-01T00:00:00Z"), format!("{month}-02T00:00:00Z"));
    quiet(census(file().month(month), &from, &vms), &from, &to).build()
}

#[test]
fn a_mode_dated_back_moves_the_month_to_the_other_report_and_back() {
    let (_service, acme) = start("2026-09-20T06:00:00Z");
    acme.process(&a_day("2026-09"));
    let before = acme.report("2026-09");
    assert_eq!(bundle(&before), "4.000000");
    assert_eq!(before["signatures"], json!({"verified": 0, "unsigned": 1}));
    acme.get("/v1/reports/monthly-usage?month=2026-09&billing_mode=test").expect(404);

    change(&acme, &json!({"billing_mode": "test", "effective_from": "2026-09"}));
    let gone = until("a report without the meter", || {
        Some(acme.report("2026-09")).filter(|report| vcenters(report) == 0)
    });
    assert_eq!((bundle(&gone), &gone["revision"]), (json!("0.000000"), &json!(2)));
    assert_eq!(gone["signatures"], json!({"verified": 0, "unsigned": 0}));
    assert!(acme.vm_history("2026-09", "").is_empty());
    let test = until("a report in test mode", || {
        let path = "/v1/reports/monthly-usage?month=2026-09&billing_mode=test";
        let answer = acme.get(path);
        (answer.status == 200).then(|| answer.json())
    });
    assert_eq!((bundle(&test), vcenters(&test)), (json!("4.000000"), 1));
    assert_eq!(acme.vm_history("2026-09", "&billing_mode=test").len(), 60);
    assert_eq!(orders(&acme, "2026-09"), [json!(["ACME-0001", 0])]);

    change(&acme, &json!({"billing_mode": "production", "effective_from": "2026-09"}));
    let back =
        until("the report as it was", || Some(acme.report("2026-09")).filter(|report| vcenters(report) == 1));
    assert_eq!((lines(&back), &back["revision"]), (lines(&before), &json!(3)));
    assert_eq!(orders(&acme, "2026-09"), [json!(["ACME-0001", 4])]);
    // Earlier revisions stay what they were.
    assert_eq!(vcenters(&report(&acme, "month=2026-09&revision=2")), 0);
}

#[test]
fn a_meter_moves_to_another_contract_and_site_at_a_months_start() {
    let (service, acme) = start("2026-10-02T06:00:00Z");
    let acme_id = acme.get("/v1/auth/me").expect(200).json()["organization"]["id"].clone();
    let contract = json!({"partner_id": acme_id, "number": "ACME-0002"});
    service.log_in("operator@vendor.test").post("/v1/contracts", &contract).expect(201);
    acme.process(&a_day("2026-09"));
    acme.process(&a_day("2026-10"));
    let september = acme.report("2026-09");
    assert_eq!(orders(&acme, "2026-10"), [json!(["ACME-0001", 3])]);

    change(&acme, &json!({"contract_number": "ACME-0002", "effective_from": "2026-10"}));
    let of = |month: &str, part: &str| report(&acme, &format!("month={month}&{part}"));
    until("the contract's part", || {
        (bundle(&of("2026-10", "contract=ACME-0002")) == "3.870968").then_some(())
    });
    assert_eq!(bundle(&of("2026-10", "contract=ACME-0001")), "0.000000");
    assert_eq!(orders(&acme, "2026-10"), [json!(["ACME-0001", 0]), json!(["ACME-0002", 3])]);
    // The month before is left alone, revision and all.
    assert_eq!(acme.report("2026-09"), september);
    assert_eq!(of("2026-09", "contract=ACME-0002")["lines"], json!([]));

    change(&acme, &json!({"site_id": AMS, "effective_from": "2026-09"}));
    until("the site's part", || (bundle(&of("2026-09", &format!("site={AMS}"))) == "4.000000").then_some(()));
    let whole = acme.report("2026-09");
    assert_eq!(whole["lines"][0]["remainder"], json!({"contracts": 0, "sites": 0}));
    assert_eq!(of("2026-09", &format!("site={FRA}"))["lines"], json!([]));
    // Recorded for October is another contract, to which the site does not belong.
    assert_eq!(of("2026-10", &format!("site={AMS}"))["lines"], json!([]));
    assert_eq!(acme.report("2026-10")["lines"][0]["remainder"], json!({"contracts": 0, "sites": 3}));
}

#[test]
fn a_mode_dated_ahead_leaves_the_current_month_alone() {
    let (service, acme) = start("2026-09-20T06:00:00Z");
    acme.process(&a_day("2026-09"));
    assert_eq!(change(&acme, &json!({"billing_mode": "test"}))["billing_mode"], "production");
    let at = ["2026-09-02T00:00:00Z", "2026-09-03T00:00:00Z"];
    acme.process(&quiet(file(), at[0], at[1]).build());
    assert_eq!(bundle(&acme.report("2026-09")), "8.000000");
    service.set_clock("2026-10-05T06:00:00Z");
    acme.process(&a_day("2026-10"));
    assert_eq!(bundle(&report(&acme, "month=2026-10&billing_mode=test")), "3.870968");
    assert_eq!(bundle(&acme.report("2026-09")), "8.000000");
    acme.get("/v1/reports/monthly-usage?month=2026-09&billing_mode=test").expect(404);
}

#[test]
fn a_meter_that_is_given_up_leaves_its_months_and_may_come_back() {
    let service = Service::start("2026-09-20T06:00:00Z");
    let acme = service.log_in("admin@acme.test");
    let token = acme.register_meter(METER, "ACME-0001", "production");
    let meter = Client::with_token(service.server(), &token);
    meter.accept(&a_day("2026-09"));
    let at = "2026-09-03T00:00:00Z";
    let next = quiet(census(file(), at, &[VM]), at, "2026-09-04T00:00:00Z").build();
    until("the report", || (acme.get("/v1/reports/monthly-usage?month=2026-09").status == 200).then_some(()));
    acme.send("DELETE", &format!("/v1/meters/{METER}"), None).expect(204);
    meter.upload(&next).expect(401);
    assert_eq!(acme.upload(&next).expect(422).json()["code"], "meter-unknown");

    // Its month is closed like any other; the months after it owe nothing.
    service.set_clock("2026-10-03T00:30:01Z");
    until("a final report", || (acme.report("2026-09")["status"] == "final").then_some(()));
    assert_eq!(bundle(&acme.report("2026-09")), "4.000000");
    assert_eq!(orders(&acme, "2026-09"), [json!(["ACME-0001", 4])]);

    let token = acme.register_meter(METER, "ACME-0001", "test");
    Client::with_token(service.server(), &token).accept(&a_day("2026-10"));
    until("a report in test mode", || {
        let answer = acme.get("/v1/reports/monthly-usage?month=2026-10&billing_mode=test");
        (answer.status == 200 && bundle(&answer.json()) == "3.870968").then_some(())
    });
    assert_eq!(bundle(&acme.report("2026-09")), "4.000000", "the past keeps its settings");
}
