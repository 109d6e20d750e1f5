//! Comparing what the API says with the worked-out figures of a case, to the last digit.

use e2e::{Client, Table, TableRow, lines, table, text};
use rust_decimal::Decimal;
use serde_json::{Map, Value, json};

/// Compares report, rows and download of a month with `expected.json`; the faults, none when all is exact.
pub fn faults(client: &Client, month: &str, expected: &Value) -> Vec<String> {
    let report = client.report(month);
    let rows = client.vm_history(month, "&include=unreported");
    let csv = table(&client.vm_history_csv(month, ""));
    let mut faults = Vec::new();
    let mut same = |what: &str, found: &Value, expected: &Value| {
        if found != expected {
            faults.push(format!("{what}: {found:#}\nexpected: {expected:#}"));
        }
    };
    same("month", &report["month"], &expected["month"]);
    same("days", &report["days_in_month"], &expected["days"]);
    same("lines", &lines(&report), &expected["lines"]);
    same("coverage", &coverage(&report), &expected_coverage(expected));
    same("number of rows", &json!(rows.len()), &json!(expected["rows"].as_array().unwrap().len()));
    for (row, expected) in rows.iter().zip(expected["rows"].as_array().unwrap()) {
        same("row", &as_expected(row), expected);
    }
    let reported: Vec<&Value> = rows.iter().filter(|row| row["reported"] == true).collect();
    same("downloaded rows", &json!(csv), &json!(reported.iter().map(|row| cells(row)).collect::<Vec<_>>()));
    same("sum of (MB-Hours)", &json!(mb_hours(&csv).to_string()), &expected["mb_hours_total"]);
    same("the check by hand", &by_hand(&csv, &expected["days"]), &vcd_quantity(&report));
    faults
}

/// The API's row under the names of the cases.
fn as_expected(row: &Value) -> Value {
    let names = [
        ("vcenter", "vcenter_id"),
        ("vm", "vm_id"),
        ("begin", "begin"),
        ("end", "end"),
        ("meter", "meter_id"),
        ("memory_mb", "memory_mb"),
        ("reserved_mb", "reserved_mb"),
        ("vcpus", "vcpus"),
        ("host", "host_id"),
        ("cluster", "cluster_id"),
        ("license", "license"),
        ("org", "org"),
        ("features", "features"),
        ("billed_mb", "billed_mb"),
        ("reported", "reported"),
        ("mb_hours", "mb_hours"),
    ];
    names
        .into_iter()
        .map(|(expected, name)| (expected.to_owned(), row[name].clone()))
        .collect::<Map<_, _>>()
        .into()
}

fn decimal(text: &str) -> Decimal {
    text.parse().unwrap_or_else(|error| panic!("{text}: {error}"))
}

/// vCenter → (hours, horizon); hours without trailing zeros, since the cases have numbers where the API has texts.
fn coverage(report: &Value) -> Value {
    let of = |vcenter: &Value| {
        let hours = decimal(&text(&vcenter["covered_hours"])).normalize().to_string();
        (text(&vcenter["vcenter_id"]), json!([hours, vcenter["horizon"]]))
    };
    report["coverage"].as_array().unwrap().iter().map(of).collect::<Map<_, _>>().into()
}

fn expected_coverage(expected: &Value) -> Value {
    let of = |(id, vcenter): (&String, &Value)| {
        let hours = decimal(&vcenter["covered_hours"].to_string()).normalize().to_string();
        (id.clone(), json!([hours, vcenter["horizon"]]))
    };
    expected["coverage"].as_object().unwrap().iter().map(of).collect::<Map<_, _>>().into()
}

/// A row of JSON as its row of the download has to be.
fn cells(row: &Value) -> Value {
    let columns = [
        ("vcId", "vcenter_id"),
        ("VM Instance UUID", "vm_id"),
        ("VM MoRef", "moid"),
        ("VM Name", "vm_name"),
        ("Guest OS", "guest_os"),
        ("Host Id", "host_id"),
        ("Host Name", "host_name"),
        ("Cluster Id", "cluster_id"),
        ("Customer", "customer"),
        ("License", "license"),
        ("License Key", "license_key"),
        ("vCPU", "vcpus"),
        ("Configured RAM (MB)", "memory_mb"),
        ("Reserved RAM (MB)", "reserved_mb"),
        ("Billed vRAM (MB)", "billed_mb"),
        ("vCD", "vcd"),
        ("Features", "features"),
        ("Bundle", "bundle"),
        ("Reported", "reported"),
        ("Begin", "begin"),
        ("End", "end"),
        ("(MB-Hours)", "mb_hours"),
        ("Usage Meter", "meter_id"),
    ];
    columns
        .into_iter()
        .map(|(column, name)| (column.to_owned(), cell(&row[name]).into()))
        .collect::<Map<_, _>>()
        .into()
}

fn cell(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::Bool(truth) => truth.to_string().to_uppercase(),
        Value::Array(items) => items.iter().map(text).collect::<Vec<_>>().join(";"),
        Value::String(text) => text.clone(),
        number => number.to_string(),
    }
}

/// The sum that a spreadsheet gives.
fn mb_hours<'t>(rows: impl IntoIterator<Item = &'t TableRow>) -> Decimal {
    rows.into_iter().map(|row| decimal(&row["(MB-Hours)"])).fold(Decimal::new(0, 6), |sum, hours| sum + hours)
}

/// metering.md §3: filter vCD = TRUE, sum (MB-Hours), / 1024 / 24 / days, round down.
fn by_hand(csv: &Table, days: &Value) -> Value {
    let sum = mb_hours(csv.iter().filter(|row| row["vCD"] == "TRUE"));
    let gb = sum / Decimal::from(1024 * 24) / decimal(&days.to_string());
    gb.floor().normalize().to_string().parse().unwrap()
}

fn vcd_quantity(report: &Value) -> Value {
    let line = report["lines"].as_array().unwrap().iter().find(|line| line["code"] == "flex-core").unwrap();
    line["breakdown"].as_array().unwrap().iter().find(|part| part["code"] == "vcd").unwrap()["quantity"]
        .clone()
}
