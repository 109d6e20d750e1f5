//! Conformance cases of one month, each a partner of its own.

use std::fs;

use e2e::{Client, data, read_json, text};
use serde_json::Value;
use test_support::database::TestDatabase;
use test_support::tenants::{NewPartner, add_partner};
use uuid::Uuid;

use super::site::Roles;
use crate::exact::faults;

pub const CLOCK: &str = "2026-11-01T06:00:00Z";
pub const MONTH: &str = "2026-10";

const NAMES: [&str; 11] = [
    "case-502", "case-504", "case-505", "case-506", "case-508", "case-509", "case-519", "case-520",
    "case-522", "case-527", "case-528",
];

/// A case.
#[derive(Clone)]
pub struct Case {
    pub name: &'static str,
    /// In the order of receipt.
    pub files: Vec<Vec<u8>>,
    meters: Vec<String>,
    expected: Value,
}

/// A case whose partner is there.
pub struct Customer {
    pub case: Case,
    pub client: Client,
}

impl Case {
    pub fn all() -> Vec<Self> {
        NAMES.iter().map(|name| Self::read(name)).collect()
    }

    fn read(name: &'static str) -> Self {
        let folder = data("conformance").join(name);
        let about = read_json(&folder.join("case.json"));
        assert_eq!((&about["clock"], &about["month"]), (&CLOCK.into(), &MONTH.into()), "{name}");
        let texts = |key: &str| about[key].as_array().unwrap().iter().map(text).collect::<Vec<_>>();
        Self {
            name,
            files: texts("files").iter().map(|file| fs::read(folder.join(file)).unwrap()).collect(),
            meters: texts("meters"),
            expected: read_json(&folder.join("expected.json")),
        }
    }

    /// Of its partner's admin.
    pub fn email(&self) -> String {
        format!("admin@{}.test", self.name)
    }

    /// Makes its partner with its meters.
    pub fn add(&self, roles: &Roles, database: &TestDatabase) -> Customer {
        let (contract, email) = (self.name.to_uppercase(), self.email());
        add_partner(
            database,
            &NewPartner { id: Uuid::new_v4(), name: self.name, contract: &contract, email: &email },
        );
        let client = roles.log_in(self);
        for meter in &self.meters {
            client.register_meter(meter.parse().unwrap(), &contract, "production");
        }
        Customer { case: self.clone(), client }
    }

    /// Its reports are those that were worked out.
    pub fn assert_exact(&self, client: &Client) {
        let faults = faults(client, MONTH, &self.expected);
        assert!(faults.is_empty(), "{}: {}", self.name, faults.join("\n"));
    }
}

impl Customer {
    /// Sends the files.
    pub fn send(&self, roles: &Roles) -> Vec<String> {
        let door = self.client.at(&roles.ingest.server);
        let send = |file: &Vec<u8>| {
            let answer = door.upload(file);
            // A case may send a file twice.
            assert!(matches!(answer.status, 200 | 202), "{}: {}", self.case.name, answer.text());
            text(&answer.json()["id"])
        };
        self.case.files.iter().map(send).collect()
    }

    /// Sends the files and waits until they are in the reports.
    pub fn process(&self, roles: &Roles) {
        for id in self.send(roles) {
            let upload = self.client.wait_ended(&id);
            assert_eq!(upload["status"], "processed", "{}: {upload:#}", self.case.name);
        }
    }
}
