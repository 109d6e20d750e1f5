//! `manifest-invalid`, `version-unsupported` and `from-the-future`.

use metering::{Code, Instant, Limits, UsageFile, from_the_future};
use serde_json::{Value, json};
use test_support::usage_file::DataFile;
use uuid::Uuid;

use crate::{METER, T0, T1, VCENTER, VM, good, read, refusal, refusals, vm};

/// Asserts that a manifest is invalid for one reason, in `field`.
#[track_caller]
fn assert_invalid(file: &DataFile, field: &str) {
    let refusal = refusal(&file.build());
    assert_eq!((refusal.code, refusal.field.as_deref()), (Code::ManifestInvalid, Some(field)), "{refusal}");
    assert_eq!(refusal.path.as_deref(), Some("manifest.json"));
}

/// Every field with values that it must not have; its absence is tried for each.
fn wrong_values() -> Vec<(&'static str, Vec<Value>)> {
    let uuids =
        vec![json!("6666666677774888a999aaaaaaaaaaaa"), json!(METER.to_string().to_uppercase()), json!("x")];
    let times = vec![
        json!("2026-09-01"),
        json!("2026-09-01T08:00:00+00:00"),
        json!("2026-09-01t08:00:00z"),
        json!("2026-09-31T08:00:00Z"),
        json!("2026-09-01T08:00:60Z"),
        json!("2026-09-01T08:00:00.0000Z"),
        json!(1_788_249_600),
    ];
    let counts = vec![json!("1"), json!(-1), json!(1.5), json!(1e3), json!(u64::MAX), json!(true)];
    vec![
        ("version", vec![json!("1"), json!(1.0), json!([1])]),
        ("meter_id", uuids.clone()),
        ("meter_version", vec![json!(4), json!("4".repeat(65_537)), json!("\n".repeat(65_537))]),
        ("mode", vec![json!("Online"), json!(0)]),
        ("month", vec![json!("2026-9"), json!("2026-13"), json!(202_609)]),
        ("partial", vec![json!("false"), json!(0)]),
        ("exported_at", times.clone()),
        ("products", vec![json!({}), json!("vcenter")]),
        ("collections", vec![json!({"0": {}}), json!(2)]),
        ("products[0]", vec![json!([]), json!("vcenter")]),
        ("products[0].id", uuids.clone()),
        ("products[0].kind", vec![json!("vCenter"), json!("hyper-v")]),
        ("products[0].version", vec![json!(8)]),
        ("products[0].name", vec![json!(["vc"])]),
        ("collections[1]", vec![json!(7), json!([{}])]),
        ("collections[1].path", vec![json!(7)]),
        ("collections[1].product_id", uuids),
        ("collections[1].kind", vec![json!("census")]),
        ("collections[1].from", times.clone()),
        ("collections[1].to", times),
        ("collections[1].records", counts.clone()),
        ("collections[1].bytes", counts),
        ("collections[1].sha256", vec![json!("00"), json!("g".repeat(64)), json!(0)]),
    ]
}

/// The JSON pointer of a field as refusals name it.
fn pointer(field: &str) -> String {
    format!("/{}", field.replace(['.', '['], "/").replace(']', ""))
}

#[test]
fn every_field_must_have_its_type() {
    for (field, mut values) in wrong_values() {
        values.push(Value::Null);
        for value in values {
            let file =
                good().edit(|manifest| *manifest.pointer_mut(&pointer(field)).unwrap() = value.clone());
            let refusal = refusal(&file.build());
            assert_eq!(refusal.code, Code::ManifestInvalid, "{field} = {value}: {refusal}");
            assert_eq!(refusal.field.as_deref(), Some(field), "{value}: {refusal}");
        }
    }
}

#[test]
fn every_field_must_be_there() {
    for (field, _) in wrong_values().into_iter().filter(|(field, _)| !field.ends_with(']')) {
        let pointer = pointer(field);
        let (parent, key) = pointer.rsplit_once('/').unwrap();
        let file = good().edit(|manifest| {
            manifest.pointer_mut(parent).unwrap().as_object_mut().unwrap().remove(key).unwrap();
        });
        assert_invalid(&file, field);
    }
}

#[test]
fn unknown_fields_are_ignored_and_known_ones_come_once() {
    let deep = (0..100).fold(json!(1), |inner, _| json!({"a": [inner, 1.5]}));
    let file = good().set("x", deep).edit(|manifest| manifest["products"][0]["y"] = json!([{}]));
    assert_eq!(read(&file.build()), Ok(2));
    let json = String::from_utf8(good().manifest_json()).unwrap();
    for (key, field) in [("\"month\":", "month"), ("\"kind\":\"inventory\",", "collections[0].kind")] {
        let repeated = match key {
            "\"month\":" => json.replacen(key, "\"month\":\"2026-09\",\"\\u006donth\":", 1),
            key => json.replacen(key, &key.repeat(2), 1),
        };
        let refusal = refusal(&good().zip_with_manifest(repeated.as_bytes()).build());
        assert_eq!(
            (refusal.code, refusal.field.as_deref()),
            (Code::ManifestInvalid, Some(field)),
            "{refusal}"
        );
    }
}

#[test]
fn other_versions_are_refused_for_that_alone() {
    for version in [json!(0), json!(2), json!(-1)] {
        let file =
            good().set("version", version).set("collections", json!("elsewhere")).set("meter_id", json!(7));
        let refusal = refusal(&file.build());
        assert_eq!((refusal.code, refusal.field.as_deref()), (Code::VersionUnsupported, Some("version")));
    }
}

#[test]
fn broken_json_behind_the_format_is_an_invalid_manifest() {
    let json = String::from_utf8(good().manifest_json()).unwrap();
    assert!(json.find("\"format\"").unwrap() < json.find("\"version\"").unwrap());
    let cut = &json[..json.len() - 1];
    let deep = format!("{cut},\"x\":{}", "[".repeat(300));
    for broken in [cut, &format!("{json}x"), &format!("{json}{json}"), &format!("{cut},}}"), &deep] {
        let refusal = refusal(&good().zip_with_manifest(broken.as_bytes()).build());
        assert_eq!(refusal.code, Code::ManifestInvalid, "{refusal}");
        assert!(refusal.message.contains("line 1 column"), "{refusal}");
    }
    let mut bytes = json.into_bytes();
    let end = bytes.len() - 1;
    bytes.splice(end..end, *b",\"x\":\"\xff\"");
    let refusal = refusal(&good().zip_with_manifest(&bytes).build());
    assert_eq!(refusal.code, Code::ManifestInvalid);
    assert!(refusal.message.contains("UTF-8"), "{refusal}");
}

#[test]
fn products_come_once_and_collections_have_one() {
    let twice = good().edit(|manifest| {
        let product = manifest["products"][0].clone();
        manifest["products"].as_array_mut().unwrap().push(product);
    });
    assert_invalid(&twice, "products[1].id");
    let unlisted = good().edit(|manifest| manifest["products"][0]["id"] = json!(Uuid::from_u128(9)));
    let fields: Vec<_> =
        refusals(&unlisted.build()).into_iter().map(|refusal| refusal.field.unwrap()).collect();
    assert_eq!(fields, ["collections[0].product_id", "collections[1].product_id"]);
}

#[test]
fn windows_must_be_of_their_kind() {
    let file = |kind: &str, from: &str, to: &str| {
        let empty: [&str; 0] = [];
        good().collection(kind, from, to, &empty)
    };
    assert_invalid(&file("events", T1, T0), "collections[2].to");
    assert_invalid(&file("inventory", T1, T0), "collections[2].to");
    assert_invalid(&file("inventory", T0, T1), "collections[2].to");
    assert_invalid(&file("events", T0, T0), "collections[2].to");
    assert_invalid(&file("events", "2026-09-01T08:00:00Z", "2026-09-02T08:00:00.001Z"), "collections[2].to");
    assert_invalid(&file("events", "2026-09-30T23:00:00Z", "2026-10-01T00:00:00.001Z"), "collections[2].to");
    assert_eq!(read(&file("events", "2026-09-01T08:00:00Z", "2026-09-02T08:00:00Z").build()), Ok(2));
    assert_eq!(read(&file("events", "2026-09-30T23:00:00Z", "2026-10-01T00:00:00Z").build()), Ok(2));
}

#[test]
fn paths_must_be_those_of_their_collections() {
    for wrong in [
        "2026-09-02/11111111-2222-4333-8444-555555555555/inventory-080000000-0.ndjson",
        "2026-09-01/11111111-2222-4333-8444-555555555555/inventory-080000000-1.ndjson",
        "2026-09-01/11111111-2222-4333-8444-555555555555/inventory-080000001-0.ndjson",
        "2026-09-01/11111111-2222-4333-8444-555555555556/inventory-080000000-0.ndjson",
        "2026-09-01/11111111-2222-4333-8444-555555555555/events-080000000-0.ndjson",
        "../x",
        "manifest.json",
        "",
    ] {
        let file = good().edit(|manifest| manifest["collections"][0]["path"] = json!(wrong));
        assert_invalid(&file, "collections[0].path");
    }
}

#[test]
fn identities_and_paths_come_once() {
    let again = good().edit(|manifest| {
        let twin = manifest["collections"][0].clone();
        manifest["collections"].as_array_mut().unwrap().push(twin);
    });
    assert_invalid(&again, "collections[2].path");
    let other_path = good().edit(|manifest| {
        let mut twin = manifest["collections"][0].clone();
        twin["path"] = json!("elsewhere");
        manifest["collections"].as_array_mut().unwrap().push(twin);
    });
    let fields: Vec<_> =
        refusals(&other_path.build()).into_iter().map(|refusal| refusal.field.unwrap()).collect();
    assert_eq!(fields, ["collections[2].path", "collections[2]"]);
}

#[test]
fn a_hundred_faults_are_collected() {
    let file = good().edit(|manifest| manifest["collections"] = (0..1000).map(|_| json!({})).collect());
    assert_eq!(refusals(&file.build()).len(), 100);
}

#[test]
fn collections_that_end_more_than_a_quarter_of_an_hour_ahead_are_from_the_future() {
    let file = good().inventory(T1, &[vm(T1, VM)]).product(VCENTER, "vcenter");
    let manifest = UsageFile::open(&file.build(), &Limits::default()).unwrap().manifest;
    let at = |text: &str| Instant::parse(text.as_bytes()).unwrap();
    assert_eq!(from_the_future(&manifest, at("2026-09-01T08:45:00Z")), None);
    let refusals = from_the_future(&manifest, at("2026-09-01T08:44:59.999Z")).unwrap().into_vec();
    assert_eq!(refusals.len(), 2);
    assert_eq!(refusals[0].code, Code::FromTheFuture);
    assert_eq!(refusals[0].path.as_deref(), Some(&*manifest.collections[1].path));
    assert_eq!(refusals[0].field.as_deref(), Some("collections[1].to"));
}
