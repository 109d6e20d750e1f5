//! `version-unsupported`, `manifest-invalid`, `from-the-future`, `digest-mismatch`: what a manifest says wrongly.

use serde_json::{Value, json};
use test_support::usage_file::DataFile;

use super::{Bad, T0, T1, VCENTER, World, census, events, good};

fn edited(change: impl FnOnce(&mut Value)) -> Vec<u8> {
    good().edit(change).build()
}

/// The sound file with another, empty collection.
fn with(kind: &str, from: &str, to: &str) -> Vec<u8> {
    let no_lines: [&str; 0] = [];
    good().collection(kind, from, to, &no_lines).build()
}

/// The sound file with its first product or collection said again.
fn again(list: &str) -> Vec<u8> {
    edited(|manifest| {
        let first = manifest[list][0].clone();
        manifest[list].as_array_mut().unwrap().push(first);
    })
}

fn without(field: &str) -> Vec<u8> {
    edited(|manifest| drop(manifest.as_object_mut().unwrap().remove(field)))
}

#[test]
fn manifests_that_make_no_sense_are_refused_at_the_door() {
    let mut world = World::start();
    let other_kind = DataFile::new(super::METER).product(VCENTER, "nsx").build();
    let unlisted = edited(|manifest| manifest["collections"][0]["product_id"] = json!(super::VM));
    let wrong_path = edited(|manifest| manifest["collections"][0]["path"] = json!("../x"));
    let no_json = good().zip_with_manifest(br#"{"format":"usage-data","version":1,"#).build();
    for (name, file, field) in [
        ("a field missing", without("meter_id"), "meter_id"),
        ("a field of the wrong type", edited(|manifest| manifest["partial"] = json!("no")), "partial"),
        ("a month that is none", edited(|manifest| manifest["month"] = json!("2026-13")), "month"),
        ("a product named twice", again("products"), "products[1].id"),
        ("a path twice", again("collections"), "collections[2].path"),
        ("a product of another kind than before", other_kind, "products[0].kind"),
        ("a product not listed", unlisted, "collections[0].product_id"),
        ("a window that ends before it begins", with("events", T1, T0), "collections[2].to"),
        ("a census of an hour", with("inventory", T0, T1), "collections[2].to"),
        ("events of no length", with("events", T1, T1), "collections[2].to"),
        ("events of more than a day", with("events", T0, "2026-09-02T08:00:00.001Z"), "collections[2].to"),
        (
            "a month crossed",
            with("events", "2026-08-31T23:30:00Z", "2026-09-01T00:30:00Z"),
            "collections[2].to",
        ),
        ("a path that is not the collection's", wrong_path, "collections[0].path"),
    ] {
        world.refused_at_the_door(
            &Bad::new(name, file, "manifest-invalid").path("manifest.json").field(field),
        );
    }
    world.refused_at_the_door(&Bad::new("no JSON", no_json, "manifest-invalid").path("manifest.json"));
    let version = good().set("version", json!(2)).build();
    let other_version = Bad::new("another version", version, "version-unsupported");
    world.refused_at_the_door(&other_version.path("manifest.json").field("version"));
}

#[test]
fn what_has_not_happened_yet_is_refused_at_the_door() {
    let mut world = World::start();
    // The clock began at 06:00:00 and has gone on by less than half an hour.
    let file = with("events", "2026-10-01T06:00:00Z", "2026-10-01T06:45:00Z");
    let entry =
        test_support::usage_file::path(VCENTER, "events", "2026-10-01T06:00:00Z", "2026-10-01T06:45:00Z");
    let bad = Bad::new("a window that ends in 45 minutes", file, "from-the-future");
    world.refused_at_the_door(&bad.path(entry).field("collections[2].to"));
    let soon = with("events", "2026-10-01T05:00:00Z", "2026-10-01T06:15:00Z");
    world.acme.process(&soon);
}

#[test]
fn content_that_the_manifest_does_not_describe_is_found_by_the_aggregator() {
    let mut world = World::start();
    let wrong = [("records", json!(2)), ("bytes", json!(1)), ("sha256", json!("0".repeat(64)))];
    for (field, value) in wrong {
        let file = edited(|manifest| manifest["collections"][0][field] = value);
        world
            .refused_by_the_aggregator(&Bad::new(field, file, "digest-mismatch").path(census()).field(field));
    }
    let second = edited(|manifest| manifest["collections"][1]["records"] = json!(0));
    let bad = Bad::new("in the second collection", second, "digest-mismatch").path(events()).field("records");
    world.refused_by_the_aggregator(&bad);
}
