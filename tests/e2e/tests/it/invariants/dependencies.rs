//! Who may depend on whom.

use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

use serde_json::Value;

/// The crates that offer endpoints or do the work: one process has them all, but only one crate knows that.
const SERVICES: [&str; 3] = ["aggregator", "api", "ingest"];

/// Crate → the crates of this workspace that it needs to run.
fn dependencies() -> BTreeMap<String, BTreeSet<String>> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let output = Command::new(cargo)
        .args(["metadata", "--no-deps", "--format-version", "1", "--offline"])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .unwrap();
    let metadata: Value = serde_json::from_slice(&output.stdout).unwrap();
    let packages = metadata["packages"].as_array().unwrap();
    let name = |value: &Value| value["name"].as_str().unwrap().to_owned();
    let own: BTreeSet<String> = packages.iter().map(name).collect();
    let needed = |package: &Value| -> BTreeSet<String> {
        let dependencies = package["dependencies"].as_array().unwrap().iter();
        dependencies
            .filter(|dependency| dependency["kind"].is_null())
            .map(name)
            .filter(|name| own.contains(name))
            .collect()
    };
    packages.iter().map(|package| (name(package), needed(package))).collect()
}

fn set(names: &[&str]) -> BTreeSet<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

#[test]
fn the_metering_core_depends_on_nothing_of_ours() {
    assert_eq!(dependencies()["metering"], set(&[]));
}

#[test]
fn the_schema_knows_no_service() {
    assert_eq!(dependencies()["schema"], set(&[]));
    assert!(dependencies()["platform"].is_disjoint(&set(&SERVICES)));
}

#[test]
fn services_meet_in_the_server_only() {
    let dependencies = dependencies();
    for (name, needed) in &dependencies {
        if name != "server" {
            assert!(needed.is_disjoint(&set(&SERVICES)), "{name} imports {needed:?}");
        }
        assert!(!needed.contains("server"), "{name} imports the server");
    }
    assert!(dependencies["server"].is_superset(&set(&SERVICES)));
}

#[test]
fn the_command_line_tool_speaks_to_the_service_by_http_alone() {
    assert_eq!(dependencies()["usagectl"], set(&["metering"]));
}

#[test]
fn tests_are_in_no_program() {
    // Crates of tests themselves.
    let tests = ["e2e", "chaos"];
    for (name, needed) in dependencies() {
        let of_tests = tests.contains(&name.as_str());
        assert!(of_tests || !needed.contains("test-support"), "{name} needs test-support to run");
        assert!(
            of_tests || !needed.iter().any(|need| tests.contains(&need.as_str())),
            "{name} needs a test to run"
        );
    }
}
