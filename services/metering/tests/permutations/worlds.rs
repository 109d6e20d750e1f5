//! Small dense worlds: few objects, many statements that clash.

use metering::{Instant, Month};
use proptest::prelude::*;
use serde_json::{Value, json};
use test_support::usage_file::DataFile;
use uuid::Uuid;

/// The month under test; its lead-in and the next month's first hours hold statements, too.
pub const MONTH: &str = "2026-02";
const HALF_HOUR_MS: i64 = 1_800_000;
const FEATURES: [(&str, &[&str]); 2] =
    [("vcd", &["vcd"]), ("nsx", &["nsx-professional", "nsx-advanced", "nsx-enterprise-plus"])];

const POWERS: [&str; 4] = ["on", "on", "off", "suspended"];
const LICENSES: [&str; 4] = ["rental", "rental", "perpetual", "demo"];
const EDITIONS: [Option<&str>; 3] = [None, Some("standard"), Some("advanced")];

/// A collection of the world.
#[derive(Clone, Debug)]
pub struct Statement {
    pub meter: u8,
    product: u8,
    inventory: bool,
    from: Instant,
    to: Instant,
    lines: Vec<(i64, Object)>,
}

#[derive(Clone, Debug)]
enum Object {
    Vm { id: u8, host: u8, power: u8, memory: u32, reserved: u32 },
    Host { id: u8, license: u8, cluster: u8 },
    Cluster { id: u8, edition: u8, used: u32 },
    Removed { vm: bool, id: u8 },
    Claim { vcenter: u8, vm: u8, feature: u8, in_use: bool, org: u8 },
}

impl Statement {
    /// usage-data.md §2.
    pub fn identity(&self) -> (u8, u8, bool, Instant, Instant) {
        (self.meter, self.product, self.inventory, self.from, self.to)
    }

    fn products(&self) -> (Uuid, &'static str) {
        match self.product {
            0 | 1 => (product(self.product), "vcenter"),
            other => (product(other), FEATURES[usize::from(other) % 2].0),
        }
    }

    fn json_lines(&self) -> Vec<Value> {
        let at = |offset: i64| Instant(self.from.0 + offset).to_string();
        self.lines.iter().filter_map(|(offset, object)| self.line(&at(*offset), object)).collect()
    }

    /// `None` for an object that this product or kind of collection cannot state.
    fn line(&self, at: &str, object: &Object) -> Option<Value> {
        let own = self.product < 2;
        Some(match object {
            Object::Vm { id, host, power, memory, reserved } if own => json!({
                "type": "vm", "at": at, "id": vm(*id), "moid": format!("vm-{id}"), "name": format!("n{}", self.meter),
                "host": format!("host-{host}"), "power": POWERS[usize::from(*power)],
                "vcpus": 1 + power, "memory_mb": memory, "reserved_mb": reserved.min(memory), "guest_os": "linux",
            }),
            Object::Host { id, license, cluster } if own => json!({
                "type": "host", "at": at, "id": format!("host-{id}"), "name": format!("h{id}"),
                "cluster": (*cluster > 0).then(|| format!("domain-{cluster}")),
                "license": LICENSES[usize::from(*license)], "license_key": "k",
                "connection": "connected", "sockets": 1, "cores": 8, "memory_mb": 1024,
            }),
            Object::Cluster { id, edition, used } if own => json!({
                "type": "cluster", "at": at, "id": format!("domain-{id}"), "name": "c",
                "vsan_edition": EDITIONS[usize::from(*edition)],
                "vsan_used_gb": used,
            }),
            Object::Removed { vm: true, id } if own && !self.inventory => {
                json!({"type": "removed", "at": at, "object": "vm", "id": vm(*id)})
            }
            Object::Removed { id, .. } if own && !self.inventory => {
                json!({"type": "removed", "at": at, "object": "host", "id": format!("host-{id}")})
            }
            Object::Claim { vcenter, vm: id, feature, in_use, org } if !own => {
                let names = FEATURES[usize::from(self.product) % 2].1;
                let feature = names[usize::from(*feature) % names.len()];
                let org = (feature == "vcd" && *org > 0).then(|| format!("o{org}"));
                json!({"type": "feature", "at": at, "vcenter": product(*vcenter), "vm": vm(*id),
                    "feature": feature, "in_use": *in_use || self.inventory, "org": org})
            }
            _ => return None,
        })
    }
}

fn product(number: u8) -> Uuid {
    Uuid::from_u128(0x10 + u128::from(number))
}

fn vm(number: u8) -> Uuid {
    Uuid::from_u128(0x100 + u128::from(number))
}

/// The file that holds these collections of one meter.
pub fn file(upload: &[&Statement]) -> Vec<u8> {
    let mut file = DataFile::new(Uuid::from_u128(1 + u128::from(upload[0].meter))).month(MONTH);
    for statement in upload {
        let (id, kind) = statement.products();
        let (from, to) = (statement.from.to_string(), statement.to.to_string());
        let name = if statement.inventory { "inventory" } else { "events" };
        file = file.product(id, kind).collection(name, &from, &to, &statement.json_lines());
    }
    file.build()
}

fn object() -> impl Strategy<Value = Object> {
    prop_oneof![
        5 => (0..4_u8, 0..3_u8, 0..4_u8, 1000..1003_u32, 0..900_u32)
            .prop_map(|(id, host, power, memory, reserved)| Object::Vm { id, host, power, memory, reserved }),
        3 => (0..3_u8, 0..4_u8, 0..3_u8).prop_map(|(id, license, cluster)| Object::Host { id, license, cluster }),
        1 => (1..3_u8, 0..3_u8, 0..3_u32).prop_map(|(id, edition, used)| Object::Cluster { id, edition, used }),
        1 => (any::<bool>(), 0..4_u8).prop_map(|(vm, id)| Object::Removed { vm, id }),
        4 => (0..2_u8, 0..4_u8, 0..3_u8, any::<bool>(), 0..3_u8)
            .prop_map(|(vcenter, vm, feature, in_use, org)| Object::Claim { vcenter, vm, feature, in_use, org }),
    ]
}

/// The half hours in which collections begin: around the lead-in's begin, the month's begin and its end.
fn begins() -> impl Strategy<Value = Instant> {
    let month: Month = MONTH.parse().unwrap();
    let around = move |instant: Instant, half_hours: std::ops::Range<i64>| {
        half_hours.prop_map(move |step| Instant(instant.0 + step * HALF_HOUR_MS))
    };
    prop_oneof![
        1 => around(month.evidence_begin(), -3..3),
        8 => around(month.begin(), -3..8),
        1 => around(month.end(), -4..4),
    ]
}

fn statement() -> impl Strategy<Value = Statement> {
    let lines = prop::collection::vec((0..4_i64, object()), 0..14);
    let product = prop_oneof![5 => Just(0_u8), 1 => Just(1_u8), 2 => Just(2_u8), 1 => Just(3_u8)];
    (0..2_u8, product, prop::bool::weighted(0.4), begins(), 1..4_i64, lines).prop_map(
        |(meter, product, inventory, from, half_hours, lines)| {
            // An events window never crosses a month's begin.
            let end = Instant(from.0 + half_hours * HALF_HOUR_MS).min(from.month().end());
            let to = if inventory { from } else { end };
            let last = to.0 - from.0 - 1;
            let place = |quarter: i64| if inventory { 0 } else { (quarter * HALF_HOUR_MS).min(last) };
            let lines = lines.into_iter().map(|(quarter, object)| (place(quarter), object)).collect();
            Statement { meter, product, inventory, from, to, lines }
        },
    )
}

/// A world in the order of receipt, conflicts included.
pub fn statements() -> impl Strategy<Value = Vec<Statement>> {
    prop::collection::vec(statement(), 16..40)
}
