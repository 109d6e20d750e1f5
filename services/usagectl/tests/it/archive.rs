//! Small usage data files made on the spot: stored entries, and a manifest that fits them.

use serde_json::{Value, json};
use sha2::{Digest, Sha256};

pub const METER: &str = "11111111-1111-4111-8111-111111111111";
pub const VCENTER: &str = "22222222-2222-4222-8222-222222222222";

/// A VM as a record line.
pub fn vm(at: &str, vcpus: &Value) -> String {
    let record = json!({"type": "vm", "at": at, "id": "33333333-3333-4333-8333-333333333333", "moid": "vm-1",
        "name": "a", "host": "host-1", "power": "on", "vcpus": vcpus, "memory_mb": 2048, "reserved_mb": 0,
        "guest_os": "debian"});
    format!("{record}\n")
}

/// The path of the only collection: events of the first hour of 2026-10-01.
pub fn path() -> String {
    format!("2026-10-01/{VCENTER}/events-000000000-3600000.ndjson")
}

/// A file with one collection, whose manifest describes `promised` and whose entry holds `held`.
pub fn file(promised: &str, held: &str) -> Vec<u8> {
    let manifest = json!({"format": "usage-data", "version": 1, "meter_id": METER, "meter_version": "4.8.0",
        "mode": "offline", "month": "2026-10", "partial": true, "exported_at": "2026-10-02T00:00:00Z",
        "products": [{"id": VCENTER, "kind": "vcenter", "version": "8.0.3", "name": "vc"}],
        "collections": [{"path": path(), "product_id": VCENTER, "kind": "events",
            "from": "2026-10-01T00:00:00Z", "to": "2026-10-01T01:00:00Z", "records": promised.lines().count(),
            "bytes": promised.len(), "sha256": hex::encode(Sha256::digest(promised))}]});
    zip(&[("manifest.json", manifest.to_string().as_bytes()), (&path(), held.as_bytes())])
}

fn zip(entries: &[(&str, &[u8])]) -> Vec<u8> {
    let (mut file, mut directory) = (Vec::new(), Vec::new());
    for (name, content) in entries {
        let offset = len(&file);
        // Version 2.0, no flags, stored, midnight of 1980-01-01.
        let mut common = vec![20, 0, 0, 0, 0, 0, 0, 0, 0x21, 0];
        common.extend(crc32fast::hash(content).to_le_bytes());
        common.extend([len(content), len(content)].map(u32::to_le_bytes).concat());
        common.extend(u16::try_from(name.len()).unwrap().to_le_bytes());
        common.extend([0, 0]);
        file.extend([b"PK\x03\x04", common.as_slice(), name.as_bytes(), content].concat());
        // Made by 2.0; no comment, disk 0, no attributes.
        let more = [&[0; 10][..], &offset.to_le_bytes(), name.as_bytes()].concat();
        directory.extend([b"PK\x01\x02", &[20, 0][..], &common, &more].concat());
    }
    let count = u16::try_from(entries.len()).unwrap().to_le_bytes();
    let (offset, size) = (len(&file).to_le_bytes(), len(&directory).to_le_bytes());
    file.extend(directory);
    file.extend([b"PK\x05\x06", &[0; 4][..], &count, &count, &size, &offset, &[0; 2]].concat());
    file
}

fn len(bytes: &[u8]) -> u32 {
    u32::try_from(bytes.len()).unwrap()
}
