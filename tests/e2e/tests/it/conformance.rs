//! Every conformance case and both months of the Bitbrains sample by upload and API, exact to the last digit.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use e2e::{Client, Service, data, read_json, text, until};
use serde_json::Value;
use test_support::tenants::{NewPartner, add_partner};
use uuid::Uuid;

use crate::exact::faults;

/// A case with a partner of its own.
struct Case {
    folder: PathBuf,
    about: Value,
}

impl Case {
    fn read(folder: PathBuf) -> Self {
        let about = read_json(&folder.join("case.json"));
        Self { folder, about }
    }

    fn name(&self) -> &str {
        self.folder.file_name().unwrap().to_str().unwrap()
    }

    fn clock(&self) -> &str {
        self.about["clock"].as_str().unwrap()
    }

    /// Makes the partner, registers its meters and uploads its files in their order.
    fn upload(&self, service: &Service) -> (Client, Vec<String>) {
        let (contract, email) = (self.name().to_uppercase(), format!("admin@{}.test", self.name()));
        let partner =
            NewPartner { id: Uuid::new_v4(), name: self.name(), contract: &contract, email: &email };
        add_partner(service.database(), &partner);
        let client = service.log_in(&email);
        for meter in self.about["meters"].as_array().unwrap() {
            client.register_meter(text(meter).parse().unwrap(), &contract, "production");
        }
        let files = self.about["files"].as_array().unwrap().iter();
        let mut accepted = Vec::new();
        for name in files {
            let answer = client.upload(&fs::read(self.folder.join(text(name))).unwrap());
            // A case may upload a file twice.
            assert!(matches!(answer.status, 200 | 202), "{} {name}: {}", self.name(), answer.text());
            accepted.push(text(&answer.json()["id"]));
        }
        (client, accepted)
    }

    fn check(&self, client: &Client, uploads: &[String]) -> Vec<String> {
        for id in uploads {
            let upload = client.wait_ended(id);
            assert_eq!(upload["status"], "processed", "{}: {upload:#}", self.name());
        }
        let expected = read_json(&self.folder.join("expected.json"));
        let faults = faults(client, self.about["month"].as_str().unwrap(), &expected);
        faults.into_iter().map(|fault| format!("{}: {fault}", self.name())).collect()
    }
}

/// The cases in the order of their clocks: a service's clock goes forward only.
fn cases(series: &str) -> Vec<Case> {
    let folders = fs::read_dir(data("conformance")).unwrap().map(|entry| entry.unwrap().path());
    let of_series = |path: &PathBuf| path.file_name().unwrap().to_string_lossy().starts_with(series);
    let mut cases: Vec<Case> = folders.filter(of_series).map(Case::read).collect();
    cases.sort_by(|one, other| (one.clock(), one.name()).cmp(&(other.clock(), other.name())));
    cases
}

fn all_exact(series: &str, at_least: usize) {
    let cases = cases(series);
    assert!(cases.len() >= at_least, "only {} cases found", cases.len());
    let service = Service::start(cases[0].clock());
    let mut all = Vec::new();
    for same_clock in cases.chunk_by(|one, other| one.clock() == other.clock()) {
        service.set_clock(same_clock[0].clock());
        // All of them at once: what is processed side by side must not mix.
        let uploaded: Vec<_> = same_clock.iter().map(|case| (case, case.upload(&service))).collect();
        for (case, (client, uploads)) in uploaded {
            all.extend(case.check(&client, &uploads));
        }
    }
    assert!(all.is_empty(), "{}", all.join("\n"));
    let months: BTreeSet<_> = cases.iter().map(|case| text(&case.about["month"])).collect();
    for month in months {
        assert_verified(&service, &month);
    }
}

/// Once no unit waits any more, what is stored is what the stored files come to.
fn assert_verified(service: &Service, month: &str) {
    let output = until("a month of which nothing waits", || {
        let output = service.verify_month(&["--month", month], &[]);
        (output.status.code() != Some(3)).then_some(output)
    });
    assert!(output.status.success(), "{month}: {output:?}");
}

#[test]
fn cases_that_look_like_data_centers_are_exact() {
    all_exact("case-1", 14);
}

#[test]
fn dense_cases_are_exact() {
    all_exact("case-5", 40);
}

#[test]
fn the_life_of_the_bitbrains_machines_is_exact() {
    let folder = data("samples/bitbrains");
    let about = read_json(&folder.join("case.json"));
    let uploads = about["uploads"].as_array().unwrap();
    let service = Service::start(uploads[0]["clock"].as_str().unwrap());
    let acme = service.log_in("admin@acme.test");
    acme.register_meter(text(&about["meter"]).parse().unwrap(), "ACME-0001", "production");
    for (index, upload) in uploads.iter().enumerate() {
        service.set_clock(upload["clock"].as_str().unwrap());
        acme.process(&fs::read(folder.join(text(&upload["file"]))).unwrap());
        // The later file must not disturb the earlier month.
        for upload in &uploads[..=index] {
            assert_exact(&acme, &folder, upload["month"].as_str().unwrap());
        }
    }
}

fn assert_exact(client: &Client, folder: &Path, month: &str) {
    let faults = faults(client, month, &read_json(&folder.join(format!("expected-{month}.json"))));
    assert!(faults.is_empty(), "{month}: {}", faults.join("\n"));
}
