//! Every row of usage-data.md §4 by HTTP, with a file made for it. Whatever comes: the answer names code and place,
//! the file is kept as it came, no figure moves, and the next good file is taken.

mod archives;
mod giants;
mod limits;
mod manifests;
mod meters;
mod records;

use e2e::{Client, Service, lines, text};
use serde_json::{Value, json};
use test_support::usage_file::records::{host, vm};
use test_support::usage_file::{DataFile, path};
use uuid::Uuid;

const METER: Uuid = Uuid::from_u128(0x6666_6666_7777_4888_8999_aaaa_aaaa_aaaa);
const VCENTER: Uuid = Uuid::from_u128(0x1111_1111_2222_4333_8444_5555_5555_5555);
const VM: Uuid = Uuid::from_u128(0xbbbb_bbbb_cccc_4ddd_8eee_ffff_ffff_ffff);
const T0: &str = "2026-09-01T08:00:00Z";
const T1: &str = "2026-09-01T09:00:00Z";
const CLOCK: &str = "2026-10-01T06:00:00Z";

/// A file that has to be refused.
struct Bad {
    name: &'static str,
    file: Vec<u8>,
    code: &'static str,
    path: Option<String>,
    line: Option<u64>,
    field: Option<&'static str>,
}

impl Bad {
    fn new(name: &'static str, file: Vec<u8>, code: &'static str) -> Self {
        Self { name, file, code, path: None, line: None, field: None }
    }

    fn path(mut self, path: impl Into<String>) -> Self {
        self.path = Some(path.into());
        self
    }

    fn line(mut self, line: u64) -> Self {
        self.line = Some(line);
        self
    }

    fn field(mut self, field: &'static str) -> Self {
        self.field = Some(field);
        self
    }

    /// Whether the first refusal is the one that was expected.
    fn assert_names(&self, errors: &Value) {
        let found = &errors[0];
        let expected = json!([self.code, self.path, self.line, self.field]);
        let place = json!([found["code"], found["path"], found["line"], found["field"]]);
        assert_eq!(place, expected, "{}: {errors:#}", self.name);
        assert!(!text(&found["message"]).is_empty(), "{}: {errors:#}", self.name);
    }
}

/// A service with a meter of Acme's and a month's first figures.
struct World {
    service: Service,
    acme: Client,
    good_files: u32,
}

impl World {
    fn start() -> Self {
        let service = Service::start(CLOCK);
        let acme = service.log_in("admin@acme.test");
        acme.register_meter(METER, "ACME-0001", "production");
        let mut world = Self { service, acme, good_files: 0 };
        world.assert_takes_good_files("the very first");
        world
    }

    /// Uploads a file that must be refused before the answer.
    fn refused_at_the_door(&mut self, bad: &Bad) {
        let before = self.figures();
        let answer = self.acme.upload(&bad.file);
        assert_eq!(answer.status, 422, "{}: {}", bad.name, answer.text());
        assert_eq!(answer.header("content-type"), "application/problem+json", "{}", bad.name);
        let problem = answer.json();
        assert_eq!(problem["code"], bad.code, "{}: {problem:#}", bad.name);
        bad.assert_names(&problem["errors"]);
        let upload = self.acme.get_upload(&text(&problem["upload_id"]));
        assert_eq!(upload["errors"], problem["errors"], "{}", bad.name);
        self.assert_harmless(bad, &upload, &before);
    }

    /// Uploads a file that must be accepted, and refused once it is inflated.
    fn refused_by_the_aggregator(&mut self, bad: &Bad) {
        let before = self.figures();
        let answer = self.acme.upload(&bad.file);
        assert_eq!(answer.status, 202, "{}: {}", bad.name, answer.text());
        let upload = self.acme.wait_ended(&text(&answer.json()["id"]));
        bad.assert_names(&upload["errors"]);
        self.assert_harmless(bad, &upload, &before);
    }

    fn assert_harmless(&mut self, bad: &Bad, upload: &Value, before: &Value) {
        assert_eq!(upload["status"], "rejected", "{}: {upload:#}", bad.name);
        let kept = self.acme.get(&format!("/v1/uploads/{}/file", text(&upload["id"]))).expect(200);
        assert!(kept.body == bad.file, "{}: the file is kept as it came", bad.name);
        assert_eq!(&self.figures(), before, "{}: no figure moves", bad.name);
        self.assert_takes_good_files(bad.name);
    }

    fn figures(&self) -> Value {
        let report = self.acme.report("2026-09");
        json!([report["revision"], lines(&report), self.acme.orders("2026-09")])
    }

    /// Each good file tells of another minute.
    fn assert_takes_good_files(&mut self, after: &str) {
        let at = format!("2026-09-02T{:02}:{:02}:00Z", self.good_files / 60, self.good_files % 60);
        self.good_files += 1;
        let file = DataFile::new(METER).vcenter(VCENTER);
        let processed = self.acme.process(&file.inventory(&at, &[host(&at, "host-1"), vm(&at, VM)]).build());
        let counts = json!({"accepted": 1, "duplicate": 0, "conflicting": 0, "late": 0});
        assert_eq!(processed["collections"], counts, "after {after}");
        assert_eq!(self.acme.report("2026-09")["coverage"][0]["horizon"], at, "after {after}");
    }
}

/// A sound file: one census of one VM, and an hour of events with the same.
fn good() -> DataFile {
    DataFile::new(METER).vcenter(VCENTER).inventory(T0, &[vm(T0, VM)]).events(T0, T1, &[vm(T0, VM)])
}

/// The entry of the census of [`good`].
fn census() -> String {
    path(VCENTER, "inventory", T0, T0)
}

/// The entry of the events of [`good`].
fn events() -> String {
    path(VCENTER, "events", T0, T1)
}
