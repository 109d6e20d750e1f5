//! A slow and plain reading of a line by way of `serde_json`, rule by rule of docs/spec/usage-data.md §3.

use metering::{Collection, CollectionKind, Feature, Instant, ProductKind};
use uuid::Uuid;

use crate::json::{Json, Reading};

/// What the reference makes of a line.
pub enum Verdict {
    /// It is a record with these fields.
    Record(Json),
    /// It is none.
    Refused,
    /// The reference cannot tell.
    Unknown,
}

/// Judges a line with its line feed.
pub fn judge(line: &[u8], collection: &Collection, product: ProductKind, line_bytes: u64) -> Verdict {
    let Some(line) = line.strip_suffix(b"\n") else { return Verdict::Refused };
    let Ok(text) = str::from_utf8(line) else { return Verdict::Refused };
    // JSON takes a CR between tokens; the format does not, and within a string nobody does.
    if line.len() as u64 > line_bytes || text.contains('\r') {
        return Verdict::Refused;
    }
    match Json::read(text) {
        Reading::Value(fields) => match is_sound(&fields, collection, product) {
            Some(true) => Verdict::Record(fields),
            Some(false) => Verdict::Refused,
            None => Verdict::Unknown,
        },
        Reading::Unknown => Verdict::Unknown,
        Reading::Twice | Reading::Broken => Verdict::Refused,
    }
}

/// A record as it was and as it was written anew agree in all that the latter says.
pub fn compare(fields: &Json, anew: &str) {
    let Reading::Value(Json::Object(anew)) = Json::read(anew) else { panic!("no JSON is written: {anew}") };
    for (key, value) in anew {
        match (&*key, fields.get(&key)) {
            ("org", None) => assert_eq!(value, Json::Null),
            // Elsewhere `org` is a field that the format does not know.
            ("org", Some(_)) if fields.text("feature") != Some("vcd") => assert_eq!(value, Json::Null),
            // Written with other digits: 1 and 1.000000 are the same.
            ("vsan_used_gb", Some(Json::Integer(_) | Json::OtherNumber)) => {}
            ("at", Some(Json::Text(text))) => assert_eq!(Some(value), canonical(text)),
            (_, found) => assert_eq!(Some(&value), found, "{key}"),
        }
    }
}

fn canonical(at: &str) -> Option<Json> {
    instant(at).map(|at| Json::Text(at.to_string()))
}

fn instant(text: &str) -> Option<Instant> {
    Instant::parse(text.as_bytes())
}

/// Nothing when it depends on a decimal's digits.
fn is_sound(fields: &Json, collection: &Collection, product: ProductKind) -> Option<bool> {
    let events = collection.kind == CollectionKind::Events;
    let in_time = fields.text("at").and_then(instant).is_some_and(|at| {
        if events { collection.from <= at && at < collection.to } else { at == collection.from }
    });
    if !in_time {
        return Some(false);
    }
    match (fields.text("type"), product) {
        (Some("vm"), ProductKind::Vcenter) => Some(is_vm(fields)),
        (Some("host"), ProductKind::Vcenter) => Some(is_host(fields)),
        (Some("cluster"), ProductKind::Vcenter) => is_cluster(fields),
        (Some("removed"), ProductKind::Vcenter) => Some(events && is_removed(fields)),
        (Some("feature"), other) if other != ProductKind::Vcenter => Some(is_claim(fields, other, events)),
        _ => Some(false),
    }
}

fn texts(fields: &Json, keys: &[&str]) -> bool {
    keys.iter().all(|key| fields.text(key).is_some())
}

fn is_uuid(fields: &Json, key: &str) -> bool {
    let text = fields.text(key);
    text.is_some_and(|text| Uuid::try_parse(text).is_ok_and(|uuid| uuid.to_string() == text))
}

fn is_one_of(fields: &Json, key: &str, words: &[&str]) -> bool {
    fields.text(key).is_some_and(|text| words.contains(&text))
}

fn number(fields: &Json, key: &str) -> Option<u32> {
    fields.integer(key).and_then(|value| u32::try_from(value).ok())
}

fn is_vm(fields: &Json) -> bool {
    texts(fields, &["moid", "name", "host", "guest_os"])
        && is_uuid(fields, "id")
        && is_one_of(fields, "power", &["on", "off", "suspended"])
        && number(fields, "vcpus").is_some()
        && number(fields, "reserved_mb").is_some_and(|reserved| Some(reserved) <= number(fields, "memory_mb"))
}

fn is_host(fields: &Json) -> bool {
    texts(fields, &["id", "name", "license_key"])
        && (fields.text("cluster").is_some() || fields.is_null("cluster"))
        && is_one_of(fields, "license", &["rental", "perpetual", "demo"])
        && is_one_of(fields, "connection", &["connected", "disconnected", "not-responding"])
        && ["sockets", "cores", "memory_mb"].iter().all(|key| number(fields, key).is_some())
}

fn is_cluster(fields: &Json) -> Option<bool> {
    let edition = is_one_of(fields, "vsan_edition", &["standard", "advanced", "enterprise"]);
    if !texts(fields, &["id", "name"]) || !(edition || fields.is_null("vsan_edition")) {
        return Some(false);
    }
    match fields.get("vsan_used_gb") {
        Some(Json::Integer(used)) => Some(*used < 1_000_000_000),
        Some(Json::OtherNumber) => None,
        _ => Some(false),
    }
}

fn is_removed(fields: &Json) -> bool {
    match fields.text("object") {
        Some("vm") => is_uuid(fields, "id"),
        Some("host" | "cluster") => fields.text("id").is_some(),
        _ => false,
    }
}

fn is_claim(fields: &Json, product: ProductKind, events: bool) -> bool {
    let feature = fields.text("feature").filter(|name| {
        Feature::ALL.iter().any(|feature| feature.as_str() == *name && feature.product_kind() == product)
    });
    let org = matches!(fields.get("org"), None | Some(Json::Null | Json::Text(_)));
    feature.is_some()
        && (feature != Some("vcd") || org)
        && is_uuid(fields, "vcenter")
        && is_uuid(fields, "vm")
        && fields.truth("in_use").is_some_and(|in_use| in_use || events)
}
