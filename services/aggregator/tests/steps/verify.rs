//! Verification: equal to what was stored, and no tampering escapes it.

mod files;
mod sample;
mod tampering;

use crate::bench::{Bench, month};
use aggregator::verify::{Compared, Findings, Outcome, Verifier};
use platform::stop;
use schema::types::BillingMode::{self, Production, Test};
use schema::units::{self, UnitKey};
use std::collections::HashMap;
use test_support::tenants::ACME;
use test_support::usage_file::DataFile;
use test_support::usage_file::records::{cluster, feature, host, removed, vm};
use uuid::Uuid;

const METER: Uuid = Uuid::from_u128(0x51);
const VCENTER: Uuid = Uuid::from_u128(0x52);
const DIRECTOR: Uuid = Uuid::from_u128(0x53);
const SITE: Uuid = Uuid::from_u128(0x54);
/// One that runs on, and one that is gone after two hours.
const RUNS: Uuid = Uuid::from_u128(0x55);
const GONE: Uuid = Uuid::from_u128(0x56);

fn key(billing_mode: BillingMode, vcenter_id: Uuid) -> UnitKey {
    UnitKey { billing_mode, vcenter_id, month: month() }
}

/// A census of two VMs, a host and a cluster with vSAN, the claims of a Cloud Director, and so many hours of events.
fn file(vcenter: Uuid, hours: u32) -> Vec<u8> {
    let at = "2026-09-01T00:00:00Z";
    let vsan = cluster(at, "domain-c1").with("vsan_edition", "advanced").with("vsan_used_gb", 12.5);
    let lines = [host(at, "host-1"), vsan, vm(at, RUNS), vm(at, GONE)];
    let mut file = DataFile::new(METER).vcenter(vcenter).inventory(at, &lines);
    for hour in 0..hours {
        let from = format!("2026-09-01T{hour:02}:00:00Z");
        let gone: Vec<_> = (hour == 2).then(|| removed(&from, "vm", GONE)).into_iter().collect();
        file = file.events(&from, &format!("2026-09-01T{:02}:00:00Z", hour + 1), &gone);
    }
    file.product(DIRECTOR, "vcd").inventory(at, &[feature(at, vcenter, RUNS, "vcd")]).build()
}

impl Bench {
    /// A meter at a site, and two uploads of one vCenter's month: two versions, two revisions.
    async fn two_versions(mode: BillingMode) -> Self {
        let bench = Self::new();
        bench.register_meter(METER, mode).await;
        bench.database.write(&format!(
            "INSERT INTO sites (organization_id, id, contract_number, name, created_at)
             VALUES ('{ACME}', '{SITE}', 'ACME-0001', 'ams', '2026-01-01Z');
             UPDATE meter_settings SET site_id = '{SITE}';"
        ));
        for (hours, received) in [(1, "2026-09-01T01:00:00Z"), (4, "2026-09-01T04:00:00Z")] {
            bench.upload(METER, &file(VCENTER, hours), received).await;
            bench.drain().await;
        }
        bench
    }

    async fn verify_unit(&self, key: UnitKey) -> Outcome {
        let (_source, stop) = stop::pair();
        Verifier::new(self.context.clone(), stop).unit(ACME, key).await.unwrap()
    }

    async fn compared(&self, key: UnitKey) -> Compared {
        match self.verify_unit(key).await {
            Outcome::Compared(compared) => compared,
            Outcome::Pending => panic!("it waits"),
        }
    }

    /// A unit and its month's report.
    async fn verify(&self, key: UnitKey) -> Vec<String> {
        let compared = self.compared(key).await;
        let recomputed = compared.sums.map(|sums| (key.vcenter_id, (compared.version, sums)));
        let report = self.verify_report(key.billing_mode, recomputed.into_iter().collect()).await.unwrap();
        let printed = |findings: &Findings| -> Vec<String> {
            findings.kept().iter().map(ToString::to_string).collect()
        };
        [printed(&compared.findings), printed(&report)].concat()
    }

    async fn verify_report(
        &self,
        mode: BillingMode,
        recomputed: HashMap<Uuid, (i32, aggregator::verify::Sums)>,
    ) -> Option<Findings> {
        let (_source, stop) = stop::pair();
        Verifier::new(self.context.clone(), stop).month(ACME, mode, month(), recomputed).await.unwrap()
    }
}

#[tokio::test]
async fn what_was_stored_is_what_its_evidence_comes_to() {
    for mode in [Production, Test] {
        let bench = Bench::two_versions(mode).await;
        assert_eq!(bench.verify(key(mode, VCENTER)).await, [""; 0], "{mode}");
        let compared = bench.compared(key(mode, VCENTER)).await;
        assert_eq!((compared.version, compared.rows), (2, 2), "{mode}");
        assert_eq!(
            compared.sums.unwrap().len(),
            3,
            "{mode}: the bundle, its part under Cloud Director, vSAN"
        );
    }
}

#[tokio::test]
async fn a_unit_that_waits_is_pending_and_so_is_its_report() {
    let bench = Bench::two_versions(Production).await;
    let key = key(Production, VCENTER);
    bench.database.write("UPDATE vm_history SET memory_mb = 1;");
    bench.run(move |tx| units::mark(tx, &[key])).await;
    assert_eq!(bench.verify_unit(key).await, Outcome::Pending);
    assert_eq!(bench.verify_report(Production, HashMap::new()).await, None);
    // Metered, and not composed.
    bench.database.write("UPDATE units SET done = wanted;");
    assert_eq!(bench.verify_unit(key).await, Outcome::Pending);
    assert_eq!(bench.verify_report(Production, HashMap::new()).await, None);
    bench.database.write("UPDATE units SET composed = wanted;");
    assert!(bench.compared(key).await.findings.count() > 0);
}

#[tokio::test]
async fn a_unit_without_evidence_in_force_is_listed_nowhere() {
    let bench = Bench::two_versions(Production).await;
    // Another mode for all time, as a registration sets it: the evidence leaves this unit.
    bench.database.write("UPDATE meter_settings SET billing_mode = 'test';");
    let found = bench.verify(key(Production, VCENTER)).await;
    assert_eq!(found[0], "unit, listed: stored true, recomputed false");
}
