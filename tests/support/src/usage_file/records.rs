//! Record lines with sound defaults, to be changed field by field.

use std::fmt;

use serde_json::{Value, json};
use uuid::Uuid;

/// One record; prints as its line without the line feed.
#[derive(Clone, Debug, PartialEq)]
pub struct Record(Value);

impl Record {
    /// Sets a field, right or wrong.
    #[must_use]
    pub fn with(mut self, key: &str, value: impl Into<Value>) -> Self {
        self.0[key] = value.into();
        self
    }

    /// Leaves a field out.
    #[must_use]
    pub fn without(mut self, key: &str) -> Self {
        if let Value::Object(fields) = &mut self.0 {
            fields.remove(key);
        }
        self
    }
}

impl fmt::Display for Record {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

/// A powered-on VM of 4 GB without a reservation on `host-1`.
pub fn vm(at: &str, id: Uuid) -> Record {
    Record(json!({
        "type": "vm", "at": at, "id": id, "moid": "vm-1", "name": format!("vm:{id}"), "host": "host-1",
        "power": "on", "vcpus": 2, "memory_mb": 4096, "reserved_mb": 0, "guest_os": "otherGuest64",
    }))
}

/// A connected host with a rental license in `domain-c1`.
pub fn host(at: &str, id: &str) -> Record {
    Record(json!({
        "type": "host", "at": at, "id": id, "name": format!("host:{id}"), "cluster": "domain-c1",
        "license": "rental", "license_key": "key:1", "connection": "connected", "sockets": 2, "cores": 64,
        "memory_mb": 786_432,
    }))
}

/// A cluster without vSAN.
pub fn cluster(at: &str, id: &str) -> Record {
    Record(json!({
        "type": "cluster", "at": at, "id": id, "name": format!("cluster:{id}"), "vsan_edition": null,
        "vsan_used_gb": 0,
    }))
}

/// An object (`vm`, `host` or `cluster`) that is gone.
pub fn removed(at: &str, object: &str, id: impl fmt::Display) -> Record {
    Record(json!({"type": "removed", "at": at, "object": object, "id": id.to_string()}))
}

/// A feature in use by a VM.
pub fn feature(at: &str, vcenter: Uuid, vm: Uuid, feature: &str) -> Record {
    Record(json!({
        "type": "feature", "at": at, "vcenter": vcenter, "vm": vm, "feature": feature, "in_use": true,
    }))
}
