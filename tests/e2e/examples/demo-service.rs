//! A service with the demo organizations and a processed month, for checkers from the outside: prints its address and
//! an access token of each role as `NAME=value` lines, and serves until its standard input ends.
#![allow(clippy::unwrap_used, reason = "a checker that cannot begin has failed")]

use e2e::{Service, data};
use std::io::{Read, Write};
use uuid::Uuid;

const ROLES: &[(&str, &str)] = &[
    ("OPERATOR_ADMIN", "operator@vendor.test"),
    ("SERVICE_DESK", "desk@vendor.test"),
    ("AGGREGATOR_ADMIN", "admin@northwind.test"),
    ("AGGREGATOR_VIEWER", "viewer@northwind.test"),
    ("PARTNER_ADMIN", "admin@acme.test"),
    ("PARTNER_VIEWER", "viewer@acme.test"),
];

fn main() {
    // What is checked is what lies behind the limits.
    let limits = ["ORGANIZATION", "USER", "ADDRESS", "SIGN_IN"].map(|of| format!("USAGE_LIMIT_{of}"));
    let off = limits.each_ref().map(|name| (name.as_str(), "0"));
    let service = Service::start_with("2026-10-01T06:00:00Z", &off);
    let case = e2e::read_json(&data("samples/bitbrains/case.json"));
    let meter: Uuid = case["meter"].as_str().unwrap().parse().unwrap();
    let upload = &case["uploads"].as_array().unwrap().last().unwrap();
    let acme = service.log_in("admin@acme.test");
    let token = acme.register_meter(meter, "ACME-0001", "production");
    let file = data("samples/bitbrains").join(upload["file"].as_str().unwrap());
    acme.process(&std::fs::read(file).unwrap());
    let mut out = std::io::stdout().lock();
    writeln!(out, "SERVER={}\nMETER={token}", service.server()).unwrap();
    for (name, email) in ROLES {
        writeln!(out, "{name}={}", service.log_in(email).token()).unwrap();
    }
    writeln!(out, "READY=1").unwrap();
    out.flush().unwrap();
    std::io::stdin().read_to_end(&mut Vec::new()).unwrap();
}
