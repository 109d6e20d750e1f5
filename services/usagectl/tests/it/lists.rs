//! Lists, reports and orders: what is asked for and how it is shown.

use serde_json::json;

use crate::run::Home;
use crate::server::{Answer, Server, answer, problem};

#[test]
fn lists_are_followed_to_their_end() {
    let server = Server::start(|request, _| {
        if request.line.contains("cursor=c1") {
            answer(
                200,
                &json!({"items": [{"id": "2", "status": "rejected", "errors": [{}]}], "next_cursor": null}),
            )
        } else {
            answer(200, &json!({"items": [{"id": "1", "status": "processed"}], "next_cursor": "c1"}))
        }
    });
    let home = Home::logged_in(&server.url);
    let view = home.run(&["uploads", "--month", "2026-09", "--status", "rejected", "--json"]).code(0).json();
    assert_eq!((&view["items"][0]["id"], &view["items"][1]["id"]), (&json!("1"), &json!("2")));
    assert!(view["next_cursor"].is_null());
    assert_eq!(
        server.lines(),
        [
            "GET /v1/uploads?month=2026-09&status=rejected&limit=1000",
            "GET /v1/uploads?month=2026-09&status=rejected&limit=1000&cursor=c1",
        ]
    );
    let table = home.run(&["uploads"]).code(0).stdout;
    assert_eq!(table.lines().count(), 4, "{table}");
}

#[test]
fn a_report_shows_lines_parts_points_and_coverage() {
    let server = Server::start(|_, _| {
        answer(
            200,
            &json!({"month": "2026-09", "partner_id": "p", "revision": 3, "status": "provisional",
            "generated_at": "2026-10-01T06:00:00Z", "days_in_month": 30,
            "coverage": [{"vcenter_id": "v-1", "covered_hours": "254.000000", "expected_hours": "720.000000",
                "horizon": "2026-09-11T14:00:00Z", "gaps": []}],
            "signatures": {"verified": 3, "unsigned": 1},
            "lines": [{"code": "flex-core", "product": "Bundle", "unit": "GB vRAM", "quantity": 70,
                "exact": "70.732343", "points_per_unit": "7", "points": "490",
                "breakdown": [{"code": "vcd", "quantity": 50, "exact": "50.589407"}]}]}),
        )
    });
    let home = Home::logged_in(&server.url);
    let table = home.run(&["report", "--month", "2026-09", "--contract", "A 1"]).code(0).stdout;
    for part in [
        "revision 3, provisional",
        "70.732343",
        "of these vCD",
        "50.589407",
        "490",
        "254.000000",
        "720.000000",
        "3 with a verified signature, 1 without",
    ] {
        assert!(table.contains(part), "{part} is not in\n{table}");
    }
    assert_eq!(
        server.lines()[0],
        "GET /v1/reports/monthly-usage?month=2026-09&billing_mode=production&contract=A%201"
    );
    assert_eq!(
        home.run(&["report", "--month", "2026-09", "--json"]).code(0).json()["lines"][0]["exact"],
        "70.732343"
    );
}

#[test]
fn orders_and_runs_are_shown() {
    let server = Server::start(|request, _| {
        if request.is("GET /v1/orders") {
            answer(
                200,
                &json!({"items": [{"id": "o-1", "month": "2026-09", "contract_number": "ACME-0001",
            "status": "pending-partner", "points_total": "490", "minimum_commit": "0", "underage": "0",
            "overage": "0", "purchase_order": null, "lines": [{"product": "Bundle", "unit": "GB vRAM",
            "metered_quantity": 70, "quantity": 71, "reason": "agreed", "points_per_unit": "7",
            "points": "497"}]}], "next_cursor": null}),
            )
        } else {
            answer(
                200,
                &json!({"items": [{"scheduled_for": "2026-10-01T00:30:00Z", "months": ["2026-09"],
            "changed": false}], "next_cursor": null}),
            )
        }
    });
    let home = Home::logged_in(&server.url);
    let order = home.run(&["order", "--month", "2026-09"]).code(0).stdout;
    for part in ["ACME-0001", "pending-partner (for the partner to submit)", "agreed", "497", "points 490"] {
        assert!(order.contains(part), "{part} is not in\n{order}");
    }
    let runs = home.run(&["runs"]).code(0).stdout;
    assert!(runs.contains("2026-10-01T00:30:00Z") && runs.contains("false"), "{runs}");
}

#[test]
fn a_problem_is_shown_whole() {
    let errors = json!([{"code": "bad-month", "message": "no such month", "field": "month"}]);
    let server = Server::start(move |_, _| problem(400, "look at the errors", &errors));
    let ended = Home::logged_in(&server.url).run(&["report", "--month", "2026-09"]).code(1);
    for part in ["Problem (400): look at the errors", "bad-month month no such month", "request id req-7"] {
        assert!(ended.stderr.contains(part), "{part} is not in\n{}", ended.stderr);
    }
}

#[test]
fn a_pause_that_the_server_asks_for_is_made() {
    let server = Server::start(|_, before| match before {
        0 => Answer(429, vec![("retry-after", "0".into())], Vec::new()),
        _ => answer(200, &json!({"items": [], "next_cursor": null})),
    });
    let ended = Home::logged_in(&server.url).run(&["runs"]).code(0);
    assert_eq!((ended.stdout.as_str(), server.lines().len()), ("no runs yet\n", 2));
}

#[test]
fn the_clock_is_set_in_utc() {
    let server = Server::start(|_, _| answer(204, &json!(null)));
    let ended = Home::logged_in(&server.url).run(&["clock", "set", "2026-10-01T08:00:00.5+02:00"]).code(0);
    assert_eq!(ended.stdout, "the service's clock is at 2026-10-01T06:00:00.500Z\n");
    assert_eq!(server.seen()[0].json(), json!({"now": "2026-10-01T06:00:00.500Z"}));
    assert_eq!(server.lines(), ["PUT /v1/clock"]);
}
