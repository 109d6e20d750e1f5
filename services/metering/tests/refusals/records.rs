//! `record-invalid`: each thing that usage-data.md §3 forbids, with path, line and field.

use metering::Code;
use serde_json::{Value, json};
use test_support::usage_file::records::{Record, cluster, feature, host, removed, vm};
use test_support::usage_file::{DataFile, path};
use uuid::Uuid;

use crate::{METER, T0, T1, VCENTER, VM, assert_refused, census, read, refusal, refusals};

const PRODUCT: Uuid = Uuid::from_u128(0x7777_7777_7777_4777_8777_7777_7777_7777);

fn inventory(lines: &[impl ToString]) -> Vec<u8> {
    DataFile::new(METER).vcenter(VCENTER).inventory(T0, lines).build()
}

fn events(lines: &[impl ToString]) -> Vec<u8> {
    DataFile::new(METER).vcenter(VCENTER).events(T0, T1, lines).build()
}

fn claims(kind: &str, lines: &[impl ToString]) -> Vec<u8> {
    DataFile::new(METER).product(PRODUCT, kind).inventory(T0, lines).build()
}

/// Asserts that the second line of a census is refused in `field`.
#[track_caller]
fn assert_bad_field(record: &Record, field: &str) {
    let bytes = inventory(&[vm(T0, Uuid::from_u128(1)), record.clone()]);
    assert_refused(&bytes, Code::RecordInvalid, Some(&census()), Some(2), Some(field));
}

/// Asserts that the second line of a census is refused as it stands.
#[track_caller]
fn assert_bad_line(line: &str, field: Option<&str>) {
    let bytes = inventory(&[vm(T0, Uuid::from_u128(1)).to_string(), line.to_owned()]);
    assert_refused(&bytes, Code::RecordInvalid, Some(&census()), Some(2), field);
}

#[test]
fn every_type_is_read_where_it_belongs() {
    assert_eq!(read(&inventory(&[vm(T0, VM), host(T0, "host-1"), cluster(T0, "domain-c1")])), Ok(3));
    let gone = [removed(T0, "vm", VM), removed(T0, "host", "host-1"), removed(T0, "cluster", "domain-c1")];
    assert_eq!(read(&events(&gone)), Ok(3));
    for (kind, features) in [
        ("vcd", &["vcd"][..]),
        ("nsx", &["nsx-professional", "nsx-advanced", "nsx-enterprise-plus"]),
        (
            "aria-operations",
            &["aria-operations-standard", "aria-operations-advanced", "aria-operations-enterprise"],
        ),
        ("network-insight", &["network-insight-advanced", "network-insight-enterprise"]),
        ("tanzu", &["tanzu-basic", "tanzu-standard"]),
        ("srm", &["srm"]),
    ] {
        let lines: Vec<_> = features.iter().map(|name| feature(T0, VCENTER, VM, name)).collect();
        assert_eq!(read(&claims(kind, &lines)), Ok(lines.len() as u64), "{kind}");
    }
}

/// Asserts that each field of a record is refused when it is missing or null, and with each of its bad values.
#[track_caller]
fn assert_fields(record: &Record, nullable: &[&str], bad: &[(&str, Value)]) {
    let mut fields: Vec<&str> = bad.iter().map(|(field, _)| *field).collect();
    fields.dedup();
    for field in fields {
        assert_bad_field(&record.clone().without(field), field);
        if !nullable.contains(&field) {
            assert_bad_field(&record.clone().with(field, Value::Null), field);
        }
    }
    for (field, value) in bad {
        assert_bad_field(&record.clone().with(field, value.clone()), field);
    }
}

#[test]
fn every_field_of_a_vm_is_judged() {
    let bad = [
        ("type", json!("VM")),
        ("type", json!(7)),
        ("at", json!("2026-09-01T08:00:00.0000Z")),
        ("at", json!("2026-09-01T08:00:00.001Z")),
        ("at", json!("")),
        ("at", json!(8)),
        ("id", json!("vm-12")),
        ("id", json!(VM.to_string().to_uppercase())),
        ("moid", json!(12)),
        ("name", json!(["a"])),
        ("host", json!({})),
        ("power", json!("On")),
        ("power", json!(true)),
        ("vcpus", json!(-1)),
        ("vcpus", json!(2.0)),
        ("vcpus", json!("2")),
        ("vcpus", json!(4_294_967_296_u64)),
        ("memory_mb", json!(1e3)),
        ("reserved_mb", json!(4097)),
        ("guest_os", json!(false)),
    ];
    assert_fields(&vm(T0, VM), &[], &bad);
    let whole = vm(T0, VM).with("reserved_mb", 4096).with("memory_mb", 4096).with("vcpus", u32::MAX);
    assert_eq!(read(&inventory(&[whole])), Ok(1));
}

#[test]
fn every_field_of_a_host_is_judged() {
    let bad = [
        ("id", json!(1)),
        ("name", json!(1)),
        ("cluster", json!(1)),
        ("license", json!("oem")),
        ("license_key", json!(1)),
        ("connection", json!("notResponding")),
        ("sockets", json!(1.5)),
        ("cores", json!("64")),
        ("memory_mb", json!([])),
    ];
    assert_fields(&host(T0, "host-1"), &["cluster"], &bad);
    assert_eq!(read(&inventory(&[host(T0, "host-1").with("cluster", Value::Null)])), Ok(1));
}

#[test]
fn every_field_of_a_cluster_is_judged() {
    let bad = [
        ("id", json!(1)),
        ("name", json!(1)),
        ("vsan_edition", json!("Standard")),
        ("vsan_used_gb", json!("5")),
        ("vsan_used_gb", json!(-0.5)),
        ("vsan_used_gb", json!(1_000_000_000)),
        ("vsan_used_gb", json!(0.000_000_1)),
    ];
    assert_fields(&cluster(T0, "domain-c1"), &["vsan_edition"], &bad);
    let with = |number: &str| {
        cluster(T0, "c")
            .without("vsan_used_gb")
            .to_string()
            .replace('{', &format!("{{\"vsan_used_gb\":{number},"))
    };
    for good in ["0", "0.0", "5974.601", "999999999.999999", "0.000001", "1.500000"] {
        assert_eq!(read(&inventory(&[with(good)])), Ok(1), "{good}");
    }
    for bad in ["1e3", "1E0", "0.0000001", "1.0000000", "-0", "-0.0", "1000000000", "1000000000.0"] {
        assert_bad_line(&with(bad), Some("vsan_used_gb"));
    }
    for no_json in ["01", "+1", ".5", "1.", "0x10", "NaN", "1e", "1_000"] {
        assert_bad_line(&with(no_json), None);
    }
}

#[test]
fn every_field_of_a_removal_is_judged() {
    let path = path(VCENTER, "events", T0, T1);
    for (record, field) in [
        (removed(T0, "vm", "vm-12"), "id"),
        (removed(T0, "datastore", "x"), "object"),
        (removed(T0, "host", "x").without("id"), "id"),
        (removed(T0, "host", "x").with("id", 7), "id"),
        (removed(T0, "host", "x").without("object"), "object"),
    ] {
        assert_refused(&events(&[record]), Code::RecordInvalid, Some(&path), Some(1), Some(field));
    }
    assert_bad_field(&removed(T0, "vm", VM), "type");
}

#[test]
fn every_field_of_a_claim_is_judged() {
    let path = path(PRODUCT, "inventory", T0, T0);
    let vcd = || feature(T0, VCENTER, VM, "vcd");
    for (record, field) in [
        (vcd().with("vcenter", "vc"), "vcenter"),
        (vcd().without("vm"), "vm"),
        (vcd().with("feature", "srm"), "feature"),
        (vcd().with("feature", "vcd-2"), "feature"),
        (vcd().with("in_use", "yes"), "in_use"),
        (vcd().with("in_use", false), "in_use"),
        (vcd().with("org", 7), "org"),
    ] {
        assert_refused(&claims("vcd", &[record]), Code::RecordInvalid, Some(&path), Some(1), Some(field));
    }
    for record in [vcd(), vcd().with("org", Value::Null), vcd().with("org", "acme")] {
        assert_eq!(read(&claims("vcd", &[record])), Ok(1));
    }
    assert_eq!(read(&claims("srm", &[feature(T0, VCENTER, VM, "srm").with("org", 7)])), Ok(1));
    let off = DataFile::new(METER).product(PRODUCT, "vcd").events(T0, T1, &[vcd().with("in_use", false)]);
    assert_eq!(read(&off.build()), Ok(1));
}

#[test]
fn types_belong_to_their_products() {
    assert_bad_field(&feature(T0, VCENTER, VM, "vcd"), "type");
    let path = path(PRODUCT, "inventory", T0, T0);
    for record in [vm(T0, VM), host(T0, "h"), cluster(T0, "c"), vm(T0, VM).with("type", "datastore")] {
        assert_refused(&claims("vcd", &[record]), Code::RecordInvalid, Some(&path), Some(1), Some("type"));
    }
}

#[test]
fn instants_lie_in_their_collection() {
    let last = "2026-09-01T08:59:59.999Z";
    assert_eq!(read(&events(&[vm(T0, VM), vm(last, VM), vm(T0, VM)])), Ok(3));
    let path = path(VCENTER, "events", T0, T1);
    for at in ["2026-09-01T07:59:59.999Z", T1] {
        assert_refused(&events(&[vm(at, VM)]), Code::RecordInvalid, Some(&path), Some(1), Some("at"));
    }
    assert_eq!(read(&inventory(&[vm("2026-09-01T08:00:00.0Z", VM)])), Ok(1));
}

#[test]
fn lines_are_json_objects_and_nothing_else() {
    let sound = vm(T0, VM).to_string();
    let inner = &sound[1..sound.len() - 1];
    for line in [
        String::new(),
        " \t".to_owned(),
        "null".to_owned(),
        "[]".to_owned(),
        "7".to_owned(),
        inner.to_owned(),
        format!("{sound}\r"),
        format!("{{{inner},\r\"x\":1}}"),
        format!("\u{feff}{sound}"),
        format!("{sound}{sound}"),
        format!("{sound},"),
        format!("{sound}\u{c}"),
        format!("{{{inner},}}"),
        format!("{{{inner}"),
        format!("{{{inner},\"x\":tru}}"),
        format!("{{{inner},\"x\":'y'}}"),
        format!("{{{inner},x:1}}"),
        format!("{{{inner},\"x\":[1,]}}"),
        format!("{{{inner},\"x\":[1}}}}"),
        format!("{{{inner},\"x\":\"\\ud800\"}}"),
        format!("{{{inner},\"x\":\"\u{1}\"}}"),
        format!("{{{inner},\"x\":\"\\x\"}}"),
        format!("{{{inner},\"x\":{}1{}}}", "[".repeat(33), "]".repeat(33)),
    ] {
        assert_bad_line(&line, None);
    }
}

#[test]
fn no_key_comes_twice_in_an_object() {
    let sound = vm(T0, VM).to_string();
    let inner = &sound[1..sound.len() - 1];
    for (more, key) in [
        ("\"power\":\"on\"", "power"),
        ("\"\\u0070ower\":\"on\"", "power"),
        ("\"x\":1,\"x\":1", "x"),
        ("\"x\":1,\"y\":2,\"\\u0078\":1", "x"),
        ("\"x\":[{\"a\":1,\"b\":{},\"a\":1}]", "a"),
    ] {
        assert_bad_line(&format!("{{{inner},{more}}}"), Some(key));
    }
    let apart =
        format!("{{{inner},\"x\":{{\"x\":[{{\"x\":1}},{{\"x\":1}}],\"power\":1}},\"y\":{{\"a\":1}}}}");
    assert_eq!(read(&inventory(&[apart])), Ok(1));
}

#[test]
fn what_is_unknown_is_ignored_as_long_as_it_is_json() {
    let sound = vm(T0, VM).to_string();
    let inner = &sound[1..sound.len() - 1];
    let nested = format!("{}1{}", "[".repeat(32), "]".repeat(32));
    for more in [
        "\"x\":1e999",
        "\"x\":-0.0e-1",
        "\"x\":{}",
        "\"x\":[ ]",
        "\"\":\"\\ud83d\\ude00\"",
        &format!("\"x\":{nested}"),
    ] {
        assert_eq!(read(&inventory(&[format!("{{{inner},{more}}}")])), Ok(1), "{more}");
    }
    let spaced = format!("\t{{ {} }} ", inner.replace(":\"", " :\t\"").replace(",\"", " , \""));
    assert_eq!(read(&inventory(&[spaced])), Ok(1));
}

#[test]
fn the_last_line_ends_too_and_text_is_utf_8() {
    let sound = vm(T0, VM).to_string();
    let raw = |content: &[u8]| {
        DataFile::new(METER).vcenter(VCENTER).raw_collection("inventory", T0, T0, content).build()
    };
    assert_eq!(read(&raw(b"")), Ok(0));
    let unended = format!("{sound}\n{sound}");
    assert_refused(&raw(unended.as_bytes()), Code::RecordInvalid, Some(&census()), Some(2), None);
    assert_refused(&raw(b"\n"), Code::RecordInvalid, Some(&census()), Some(1), None);
    let mut latin = format!("{sound}\n").into_bytes();
    latin.extend(
        sound.replace("otherGuest64", "\u{1}").bytes().map(|byte| if byte == 1 { 0xe9 } else { byte }),
    );
    latin.push(b'\n');
    assert_refused(&raw(&latin), Code::RecordInvalid, Some(&census()), Some(2), None);
}

#[test]
fn all_faults_of_a_line_and_a_hundred_of_a_file_are_collected() {
    let record = vm(T0, VM).with("power", "up").with("vcpus", -1).without("name").with("at", "now");
    let fields: Vec<_> =
        refusals(&inventory(&[record])).into_iter().map(|refusal| refusal.field.unwrap()).collect();
    assert_eq!(fields, ["name", "power", "vcpus", "at"]);
    let many = vec!["{}"; 1000];
    let refusals = refusals(&inventory(&many));
    assert_eq!(refusals.len(), 100);
    assert_eq!(refusals[99].line, Some(50));
}

#[test]
fn messages_quote_a_little_of_what_they_found() {
    let long = vm(T0, VM).with("power", "\u{7}".repeat(5000));
    let refusal = refusal(&inventory(&[long]));
    assert!(refusal.message.len() < 400, "{refusal}");
    assert!(refusal.message.starts_with("one of on, off, suspended is expected, not \"\\u{7}"), "{refusal}");
}
