//! Every conformance case and sample through [`metering::compute`], exact to the last digit.
#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests fail by panicking")]

use metering::report::{Totals, lines};
use metering::{Limits, Month, Row, Timeline, compute, hours};
use serde_json::{Map, Value, json};
use std::fs::{self, File};
use std::path::{Path, PathBuf};

fn data(folder: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/data").join(folder)
}

fn read(path: &Path) -> Value {
    serde_json::from_slice(&fs::read(path).unwrap()).unwrap()
}

fn row(row: &Row<'_>) -> Value {
    json!({
        "vcenter": row.vcenter, "vm": row.vm, "begin": row.begin.to_string(), "end": row.end.to_string(),
        "meter": row.meter, "memory_mb": row.memory_mb, "reserved_mb": row.reserved_mb, "vcpus": row.vcpus,
        "host": row.host, "cluster": row.cluster, "license": row.license.as_str(), "org": row.org,
        "features": row.features.names(), "billed_mb": row.billed.to_string(), "reported": row.reported(),
        "mb_hours": row.mb_hours().to_string(),
    })
}

fn printed(timeline: &Timeline) -> Value {
    let month = timeline.month();
    let mut totals = Totals::default();
    let (mut rows, mut coverage) = (Vec::new(), Map::new());
    for vcenter in timeline.vcenters() {
        vcenter.totals().values().for_each(|part| totals.merge(part));
        rows.extend(vcenter.rows().map(|found| row(&found)));
        let covered: Value =
            serde_json::from_str(&hours(vcenter.coverage().covered_ms()).to_string()).unwrap();
        let horizon = vcenter.coverage().horizon.to_string();
        coverage.insert(vcenter.id.to_string(), json!({ "covered_hours": covered, "horizon": horizon }));
    }
    let mut printed = Map::new();
    for line in lines(month, &totals) {
        let shown =
            |quantity, exact: metering::Micro| json!({ "units": quantity, "exact": exact.to_string() });
        printed.insert(line.code.as_str().into(), shown(line.quantity, line.exact));
        for part in line.breakdown {
            printed.insert(part.code.as_str().into(), shown(part.quantity, part.exact));
        }
    }
    let total = metering::Micro(totals.get(metering::report::LineCode::FlexCore));
    json!({ "month": month.to_string(), "days": month.days(), "rows": rows,
        "mb_hours_total": total.to_string(), "lines": printed, "coverage": coverage })
}

fn check(month: &str, files: &[PathBuf], expected: &Path) {
    let month: Month = month.parse().unwrap();
    let open: Vec<File> = files.iter().map(|file| File::open(file).unwrap()).collect();
    let computed = compute(month, &open, &Limits::default(), |_| {}).unwrap();
    let (found, expected_json) = (printed(&computed.timeline), read(expected));
    for part in ["rows", "lines", "coverage"] {
        assert_eq!(found[part], expected_json[part], "{part} of {}", expected.display());
    }
    assert_eq!(found, expected_json, "{}", expected.display());
}

#[test]
fn every_conformance_case_is_exact() {
    let mut cases = 0;
    for case in fs::read_dir(data("conformance")).unwrap() {
        let case = case.unwrap().path();
        if !case.is_dir() {
            continue;
        }
        let about = read(&case.join("case.json"));
        let files = about["files"].as_array().unwrap().iter().map(|name| case.join(name.as_str().unwrap()));
        check(about["month"].as_str().unwrap(), &files.collect::<Vec<_>>(), &case.join("expected.json"));
        cases += 1;
    }
    assert!(cases >= 54, "only {cases} cases found");
}

#[test]
fn the_life_of_the_bitbrains_machines_is_exact() {
    let folder = data("samples/bitbrains");
    let about = read(&folder.join("case.json"));
    let uploads = about["uploads"].as_array().unwrap();
    for (index, upload) in uploads.iter().enumerate() {
        // Each month from the files uploaded by then: later evidence must not be needed, earlier not disturb.
        let received = uploads[..=index].iter().map(|upload| folder.join(upload["file"].as_str().unwrap()));
        let month = upload["month"].as_str().unwrap();
        check(month, &received.collect::<Vec<_>>(), &folder.join(format!("expected-{month}.json")));
    }
}
