//! Small worlds, each told as its callers live it.

use std::fs;

use e2e::{Client, Service, State, text};
use platform::broker::Work;
use serde_json::json;
use test_support::tenants::ACME;
use test_support::usage_file::DataFile;
use test_support::usage_file::records::{host, vm};
use uuid::Uuid;

use super::Mortal;

const METER: Uuid = Uuid::from_u128(0x1000);
const TEST_METER: Uuid = Uuid::from_u128(0x1001);
const GLOBEX_METER: Uuid = Uuid::from_u128(0x1002);
const VCENTER: Uuid = Uuid::from_u128(0x2000);
const VM: Uuid = Uuid::from_u128(0x3000);

/// In the middle of a month.
const CLOCK: &str = "2026-09-20T06:00:00Z";

/// A first file, the same again, one refused at the door, refused ones of the aggregator, one that conflicts, one in
/// test mode, and two months of another organization.
pub fn uploads(points: &[String]) -> State {
    let mut world = start(points);
    let first = hour(METER, "2026-09-01T00").build();
    world.upload(&first);
    world.upload(&first).expect(200);
    let of_nobody = hour(Uuid::from_u128(0x1fff), "2026-09-01T00");
    world.upload(&of_nobody.build()).expect(422);
    world.settle();
    for hour in ["2026-09-02T01", "2026-09-02T02", "2026-09-02T03"] {
        let bad = vm(&format!("{hour}:00:00Z"), VM).with("power", "up");
        let at = format!("{hour}:00:00Z");
        world.upload(&file(METER).partial().inventory(&at, &[bad]).build());
    }
    let conflicting = census(file(METER), "2026-09-01T00", 8192).partial();
    world.upload(&quiet(conflicting, "2026-09-01T01").build());
    world.upload(&hour(TEST_METER, "2026-09-01T00").build());
    world.settle();
    world.upload_of_globex(&hour(GLOBEX_METER, "2026-08-31T23").month("2026-08").build());
    world.upload_of_globex(&hour(GLOBEX_METER, "2026-09-01T00").partial().build());
    world.state()
}

/// A file that comes in three parts, and three that are given up on their way.
pub fn parts(points: &[String]) -> State {
    let mut world = start(points);
    let file = hour(METER, "2026-09-01T00").build();
    let place = world.begin_resumable("whole", file.len());
    world.send_resumable(&place, &file, 3);
    for key in ["first", "second", "third"] {
        let place = world.begin_resumable(key, file.len());
        world.give_up_resumable(&place);
    }
    world.state()
}

/// A stored file is away for a while when its unit is metered; later the broker puts healthy messages aside. Without
/// the nightly sample, which would find the file missing, too.
pub fn failure(points: &[String]) -> State {
    let mut world = start_with(points, &[("USAGE_VERIFY_UNITS", "0")]);
    let second = hour(METER, "2026-09-02T00").build();
    let sha256 = text(&world.upload(&second).json()["sha256"]);
    world.settle();
    let stored = world.stored(&sha256);
    let away = stored.with_extension("away");
    fs::rename(&stored, &away).unwrap();
    // It lies before the other, so that both have to be read.
    world.upload(&hour(METER, "2026-09-01T00").partial().build());
    world.until_work_failed();
    fs::rename(&away, &stored).unwrap();
    world.settle();
    let mut meter = json!({"work": "meter", "organization_id": ACME, "billing_mode": "production", "month": "2026-09-01"});
    let mut compose = meter.clone();
    (meter["vcenter_id"], compose["work"]) = (json!(vcenter(METER)), json!("compose"));
    world.put_aside(&[meter, compose].map(|work| Work::from_json(&work).unwrap()));
    world.until_collected();
    world.state()
}

/// Two organizations, three days, the last of which closes the month.
pub fn runs(points: &[String]) -> State {
    let mut world = start(points);
    world.upload(&hour(METER, "2026-09-01T00").build());
    world.upload(&hour(TEST_METER, "2026-09-01T00").build());
    world.upload_of_globex(&hour(GLOBEX_METER, "2026-09-01T00").build());
    world.settle();
    for day in ["2026-09-21", "2026-09-22", "2026-10-03"] {
        world.day(day);
    }
    world.state()
}

fn start(points: &[String]) -> Mortal {
    start_with(points, &[])
}

fn start_with(points: &[String], settings: &[(&str, &str)]) -> Mortal {
    // On a machine that is busy with many of them a database takes its time: that ends no process here.
    let patient = [("USAGE_DATABASE_CONNECT_TIMEOUT", "60s"), ("USAGE_DATABASE_WAIT", "60s")];
    let service = Service::start_with(CLOCK, &[&patient, settings].concat());
    Mortal::start(service, points, |acme: &Client, globex: &Client| {
        acme.register_meter(METER, "ACME-0001", "production");
        acme.register_meter(TEST_METER, "ACME-0001", "test");
        globex.register_meter(GLOBEX_METER, "GLOBEX-0001", "production");
    })
}

/// A file that tells of the meter's vCenter: each has its own.
fn file(meter: Uuid) -> DataFile {
    DataFile::new(meter).vcenter(vcenter(meter))
}

fn vcenter(meter: Uuid) -> Uuid {
    Uuid::from_u128(VCENTER.as_u128() + meter.as_u128())
}

/// A census at this hour: a host, and 60 VMs of so much memory.
fn census(file: DataFile, hour: &str, memory_mb: u32) -> DataFile {
    let at = format!("{hour}:00:00Z");
    let vms =
        (0..60).map(|number| vm(&at, Uuid::from_u128(VM.as_u128() + number)).with("memory_mb", memory_mb));
    file.inventory(&at, &[host(&at, "host-1")].into_iter().chain(vms).collect::<Vec<_>>())
}

/// A window of the half hour from this hour on in which nothing happened.
fn quiet(file: DataFile, hour: &str) -> DataFile {
    let no_lines: [&str; 0] = [];
    file.events(&format!("{hour}:00:00Z"), &format!("{hour}:30:00Z"), &no_lines)
}

fn hour(meter: Uuid, hour: &str) -> DataFile {
    quiet(census(file(meter), hour, 4096), hour)
}
