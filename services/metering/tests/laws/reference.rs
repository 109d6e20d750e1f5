//! A slow and plain reading of record lines by way of `serde_json`, to compare the scanner with.

use std::collections::HashMap;
use std::fmt;

use metering::{Instant, Statement};
use serde::de::{Deserialize, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use uuid::Uuid;

/// A JSON value in which no object has a key twice. Numbers are kept by what was written of them.
#[derive(Clone, Debug, PartialEq)]
pub enum Json {
    Null,
    Bool(bool),
    Integer(u64),
    /// Negative, or with a fraction or an exponent.
    OtherNumber,
    Text(String),
    Array,
    Object(HashMap<String, Json>),
}

impl<'de> Deserialize<'de> for Json {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(JsonVisitor)
    }
}

struct JsonVisitor;

impl<'de> Visitor<'de> for JsonVisitor {
    type Value = Json;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<Json, E> {
        Ok(Json::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Json, E> {
        Ok(Json::Bool(value))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Json, E> {
        Ok(Json::Integer(value))
    }

    fn visit_i64<E>(self, _: i64) -> Result<Json, E> {
        Ok(Json::OtherNumber)
    }

    fn visit_f64<E>(self, _: f64) -> Result<Json, E> {
        Ok(Json::OtherNumber)
    }

    fn visit_str<E>(self, text: &str) -> Result<Json, E> {
        Ok(Json::Text(text.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut elements: A) -> Result<Json, A::Error> {
        while elements.next_element::<Json>()?.is_some() {}
        Ok(Json::Array)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Json, A::Error> {
        let mut object = HashMap::new();
        while let Some((key, value)) = members.next_entry::<String, Json>()? {
            if object.insert(key, value).is_some() {
                return Err(A::Error::custom("twice"));
            }
        }
        Ok(Json::Object(object))
    }
}

/// What the reference makes of a line.
pub enum Verdict {
    /// It is a record with these fields.
    Record(HashMap<String, Json>),
    /// It is none.
    Refused,
    /// The reference cannot tell.
    Unknown,
}

/// Judges a line of a census at `from` of a vCenter, `vsan_used_gb` apart.
pub fn judge(line: &str, from: &str) -> Verdict {
    // JSON takes a CR between tokens; usage-data.md §3 does not, and within a string nobody does.
    if line.contains('\r') {
        return Verdict::Refused;
    }
    match serde_json::from_str(line) {
        Ok(Json::Object(fields)) if sound(&fields, from) => Verdict::Record(fields),
        Err(error) if error.to_string().contains("out of range") => Verdict::Unknown,
        Ok(_) | Err(_) => Verdict::Refused,
    }
}

fn sound(fields: &HashMap<String, Json>, from: &str) -> bool {
    let text = |key: &str| match fields.get(key) {
        Some(Json::Text(text)) => Some(text.as_str()),
        _ => None,
    };
    let null = |key: &str| fields.get(key) == Some(&Json::Null);
    let texts = |keys: &[&str]| keys.iter().all(|key| text(key).is_some());
    let integer = |key: &str| match fields.get(key) {
        Some(Json::Integer(value)) => u32::try_from(*value).ok(),
        _ => None,
    };
    let one_of = |key: &str, words: &[&str]| text(key).is_some_and(|text| words.contains(&text));
    let instant = |text: &str| Instant::parse(text.as_bytes());
    if text("at").and_then(instant).is_none() || text("at").and_then(instant) != instant(from) {
        return false;
    }
    match text("type") {
        Some("vm") => {
            let uuid = text("id").and_then(|id| Some((id, Uuid::try_parse(id).ok()?)));
            texts(&["moid", "name", "host", "guest_os"])
                && uuid.is_some_and(|(id, uuid)| uuid.to_string() == id)
                && one_of("power", &["on", "off", "suspended"])
                && integer("vcpus").is_some()
                && integer("memory_mb").is_some()
                && integer("reserved_mb").is_some_and(|reserved| Some(reserved) <= integer("memory_mb"))
        }
        Some("host") => {
            texts(&["id", "name", "license_key"])
                && (text("cluster").is_some() || null("cluster"))
                && one_of("license", &["rental", "perpetual", "demo"])
                && one_of("connection", &["connected", "disconnected", "not-responding"])
                && ["sockets", "cores", "memory_mb"].iter().all(|key| integer(key).is_some())
        }
        _ => false,
    }
}

/// Whether a statement says what the fields say.
pub fn agrees(statement: &Statement<'_>, fields: &HashMap<String, Json>) -> bool {
    let text = |key: &str, value: &str| fields[key] == Json::Text(value.to_owned());
    let integer = |key: &str, value: u32| fields[key] == Json::Integer(value.into());
    match statement {
        Statement::Vm(vm) => {
            text("id", &vm.id.to_string())
                && text("moid", &vm.moid)
                && text("name", &vm.name)
                && text("host", &vm.host)
                && text("power", vm.power.as_str())
                && text("guest_os", &vm.guest_os)
                && integer("vcpus", vm.vcpus)
                && integer("memory_mb", vm.memory_mb)
                && integer("reserved_mb", vm.reserved_mb)
        }
        Statement::Host(host) => {
            let cluster = host.cluster.as_ref().map_or(Json::Null, |cluster| Json::Text(cluster.to_string()));
            text("id", &host.id)
                && text("name", &host.name)
                && fields["cluster"] == cluster
                && text("license", host.license.as_str())
                && text("license_key", &host.license_key)
                && text("connection", host.connection.as_str())
                && integer("sockets", host.sockets)
                && integer("cores", host.cores)
                && integer("memory_mb", host.memory_mb)
        }
        Statement::Cluster(_) | Statement::Removed(_) | Statement::Feature(_) => false,
    }
}
