//! `record-invalid`: lines that usage-data.md §3 forbids, with entry, line and field.

use serde_json::json;
use test_support::usage_file::records::{Record, feature, vm};
use test_support::usage_file::{DataFile, path};
use uuid::Uuid;

use super::{Bad, METER, T0, VCENTER, VM, World, census};

const OTHER: Uuid = Uuid::from_u128(0x7777_7777_7777_4777_8777_7777_7777_7777);

/// A census with a good first line and this one.
fn second_line(line: &impl ToString) -> Vec<u8> {
    let lines = [vm(T0, VM).to_string(), line.to_string()];
    DataFile::new(METER).vcenter(VCENTER).inventory(T0, &lines).build()
}

fn another() -> Record {
    vm(T0, OTHER)
}

#[test]
fn bad_records_are_found_by_the_aggregator_with_line_and_field() {
    let mut world = World::start();
    for (name, line, field) in [
        ("a value that is none", another().with("power", "up"), "power"),
        ("a negative number", another().with("vcpus", -1), "vcpus"),
        ("a fraction", another().with("memory_mb", 4096.5), "memory_mb"),
        ("more than 32 bits", another().with("memory_mb", 1_u64 << 32), "memory_mb"),
        ("more reserved than there is", another().with("reserved_mb", 4097), "reserved_mb"),
        ("a field missing", another().without("name"), "name"),
        ("a null", another().with("host", json!(null)), "host"),
        ("another instant", another().with("at", "2026-09-01T08:00:01Z"), "at"),
        ("an unknown type", another().with("type", "datastore"), "type"),
        ("a type of other products", feature(T0, VCENTER, VM, "vcd"), "type"),
    ] {
        let bad = Bad::new(name, second_line(&line), "record-invalid").path(census());
        world.refused_by_the_aggregator(&bad.line(2).field(field));
    }
    for (name, line) in [
        ("a blank line", String::new()),
        ("no JSON", "{\"type\":".to_owned()),
        ("a carriage return", format!("{}\r", another())),
        ("no object", "[]".to_owned()),
    ] {
        let bad = Bad::new(name, second_line(&line), "record-invalid").path(census());
        world.refused_by_the_aggregator(&bad.line(2));
    }
}

#[test]
fn at_most_a_hundred_faults_are_collected_over_all_entries() {
    let mut world = World::start();
    let claims = [feature(T0, VCENTER, VM, "srm")];
    let file = DataFile::new(METER)
        .product(OTHER, "vcd")
        .inventory(T0, &claims)
        .vcenter(VCENTER)
        .inventory(T0, &vec!["{}"; 1_000])
        .build();
    let entry = path(OTHER, "inventory", T0, T0);
    let bad = Bad::new("many", file, "record-invalid").path(entry).line(1).field("feature");
    world.refused_by_the_aggregator(&bad);
    let newest = &world.acme.list("/v1/uploads?status=rejected")[0];
    assert_eq!(newest["errors"].as_array().unwrap().len(), 100);
    let told = &world.acme.list("/v1/audit?action=upload.refuse")[0];
    assert_eq!((&told["actor"], &told["object"]["id"]), (&json!("system:register"), &newest["id"]));
    assert_eq!(told["after"], json!({"refusals": ["record-invalid"]}));
}
