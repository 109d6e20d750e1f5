//! Partners with meters in both modes that look at the same vCenters, and what their meters send.

use crate::bench::Bench;
use schema::types::BillingMode::{self, Production, Test};
use test_support::tenants::NORTHWIND;
use test_support::usage_file::DataFile;
use test_support::usage_file::records::{feature, host, vm};
use uuid::Uuid;

const METERS: [BillingMode; 3] = [Production, Production, Test];
const VCENTERS: u128 = 2;

/// A partner of the crowd's own.
#[derive(Clone, Debug)]
pub struct Partner {
    pub id: Uuid,
    number: u128,
}

/// A file to come.
pub struct Sent {
    pub meter: Uuid,
    pub bytes: Vec<u8>,
    pub received_at: String,
}

impl Partner {
    pub const fn new(number: u128) -> Self {
        Self { id: Uuid::from_u128(0xc0_0000 + number), number }
    }

    pub fn contract(&self) -> String {
        format!("CROWD-{}", self.number)
    }

    /// Its meters and the modes in which they are, at first and in the end.
    pub fn meters(&self) -> impl Iterator<Item = (Uuid, BillingMode)> {
        let number = self.number;
        (0_u128..)
            .zip(METERS)
            .map(move |(place, mode)| (Uuid::from_u128(0xc1_0000 + 16 * number + place), mode))
    }

    fn vcenter(&self, place: u128) -> Uuid {
        Uuid::from_u128(0xc2_0000 + 16 * self.number + place % VCENTERS)
    }

    fn director(&self) -> Uuid {
        Uuid::from_u128(0xc3_0000 + self.number)
    }

    /// The partner, its contract and its meters.
    pub async fn join(&self, bench: &Bench) {
        let (id, contract) = (self.id, self.contract());
        bench.database.write(&format!(
            "INSERT INTO organizations (id, kind, parent_id, name, created_at)
                VALUES ('{id}', 'partner', '{NORTHWIND}', '{contract}', '2026-01-01Z');
             INSERT INTO contracts (organization_id, number, created_at) VALUES ('{id}', '{contract}', '2026-01-01Z')"
        ));
        for (meter, mode) in self.meters() {
            bench.register_meter_of(id, &contract, meter, mode).await;
        }
    }
}

/// One of each meter, so that every report and draft is there.
pub fn first_files(partner: &Partner, months: &[&str]) -> Vec<Sent> {
    every(partner, months, |place, meter, month| {
        let file = look(partner, meter, place, &format!("{month}-01T0{place}"), 4096);
        vec![(file, "01T12:00")]
    })
}

/// The next hours, partly the same collections again, and others in their place that come too late.
pub fn files(partner: &Partner, months: &[&str]) -> Vec<Sent> {
    every(partner, months, |place, meter, month| {
        let at = |hour: usize| format!("{month}-02T{:02}", 4 * hour + place);
        let whole = look(partner, meter, place, &at(0), 2048);
        let other = look(partner, meter, place, &at(0), 8192).partial();
        let more = add(whole.clone().partial(), partner, place, &at(1), 3072);
        vec![(whole, "02T12:00"), (other, "02T12:10"), (more, "02T12:20")]
    })
}

type Made = Vec<(DataFile, &'static str)>;

fn every(partner: &Partner, months: &[&str], make: impl Fn(usize, Uuid, &str) -> Made) -> Vec<Sent> {
    let mut sent = Vec::new();
    for month in months {
        for (place, (meter, _)) in partner.meters().enumerate() {
            for (file, received) in make(place, meter, month) {
                let received_at = format!("{month}-{received}:{place:02}Z");
                sent.push(Sent { meter, bytes: file.month(month).build(), received_at });
            }
        }
    }
    sent
}

fn look(partner: &Partner, meter: Uuid, place: usize, hour: &str, memory_mb: u32) -> DataFile {
    add(DataFile::new(meter), partner, place, hour, memory_mb)
}

/// An hour of every vCenter, in an order of the meter's own, and what Cloud Director claims on them.
fn add(mut file: DataFile, partner: &Partner, place: usize, hour: &str, memory_mb: u32) -> DataFile {
    let (from, to) = (format!("{hour}:00:00Z"), format!("{hour}:30:00Z"));
    let none: [String; 0] = [];
    let turn = place as u128;
    let mut claims = Vec::new();
    for offset in 0..VCENTERS {
        let vcenter = partner.vcenter(turn + offset);
        let machine = Uuid::from_u128(vcenter.as_u128() << 8);
        claims.push(feature(&from, vcenter, machine, "vcd").with("org", "Sales"));
        let lines = [host(&from, "host-1"), vm(&from, machine).with("memory_mb", memory_mb)];
        file = file.vcenter(vcenter).inventory(&from, &lines).events(&from, &to, &none);
    }
    claims.sort_by_key(ToString::to_string);
    file.product(partner.director(), "vcd").inventory(&from, &claims)
}
