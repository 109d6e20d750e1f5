//! Settings that change behind the evidence: it moves to the other mode, contract or site, with what was composed of it.

use crate::bench::{Bench, month, time};
use chrono::NaiveDate;
use platform::broker::Work;
use schema::contracts::{self, Site};
use schema::meters::{self, Settings, TouchedUnit};
use schema::reports::{self, Cause, Line};
use schema::types::BillingMode::{self, Production, Test};
use schema::units::{self, UnitKey};
use test_support::tenants::ACME;
use test_support::usage_file::DataFile;
use test_support::usage_file::records::{feature, host, vm};
use uuid::Uuid;

const METER: Uuid = Uuid::from_u128(0x41);
const OTHER_METER: Uuid = Uuid::from_u128(0x42);
const VCENTER: Uuid = Uuid::from_u128(0x43);
const SITE: Uuid = Uuid::from_u128(0x44);
const CAUSE: &str = "registration:somebody";

/// An hour of one VM with 2,048 MB.
fn file(meter: Uuid, vcenter: Uuid) -> Vec<u8> {
    let at = "2026-09-01T00:00:00Z";
    let lines = [host(at, "host-1"), vm(at, Uuid::from_u128(vcenter.as_u128() + 0x1000))];
    let none: [String; 0] = [];
    let file = DataFile::new(meter).vcenter(vcenter).inventory(at, &lines);
    file.events(at, "2026-09-01T01:00:00Z", &none).build()
}

impl Bench {
    /// What the API does with a change: records it, marks what it touches in both modes, and says why.
    async fn set(&self, meter: Uuid, from: &str, mode: BillingMode, contract: &str, site_id: Option<Uuid>) {
        let (effective_from, contract_number): (NaiveDate, _) = (from.parse().unwrap(), contract.to_owned());
        let machine_now = self.context.clock.machine_now();
        self.run(move |tx| {
            let settings = Settings {
                organization_id: ACME,
                meter_id: meter,
                effective_from,
                billing_mode: mode,
                contract_number,
                site_id,
                recorded_at: machine_now,
                id: Uuid::now_v7(),
                recorded_by: None,
            };
            meters::record_settings(tx, &settings)?;
            let keys = [Production, Test].map(|billing_mode| UnitKey {
                billing_mode,
                vcenter_id: VCENTER,
                month: month(),
            });
            units::mark(tx, &keys)?;
            for mode in [Production, Test] {
                let cause = Cause { id: Uuid::now_v7(), cause: CAUSE.to_owned() };
                reports::add_cause(tx, mode, month(), &cause)?;
            }
            Ok(())
        })
        .await;
        for billing_mode in [Production, Test] {
            let (organization_id, month) = (ACME, month());
            self.handle(&Work::Meter { organization_id, billing_mode, vcenter_id: VCENTER, month }).await;
        }
        self.drain().await;
    }

    /// Contract, site, line and sum of the newest revision of a mode, with its number and cause.
    async fn newest(&self, mode: BillingMode) -> Option<(i32, String, Vec<Line>)> {
        self.run(move |tx| {
            let Some(revision) = reports::latest(tx, ACME, mode, month())? else { return Ok(None) };
            let lines = reports::lines(tx, &revision)?;
            Ok(Some((revision.revision, revision.cause, lines)))
        })
        .await
    }

    async fn parts(&self, mode: BillingMode) -> Vec<(String, Uuid, String)> {
        let (_, _, lines) = self.newest(mode).await.unwrap();
        let flex = lines.into_iter().filter(|line| line.code == "flex-core");
        flex.map(|line| (line.contract_number, line.site_id, line.amount.to_string())).collect()
    }

    async fn causes(&self) -> usize {
        let of = |mode| self.run(move |tx| reports::causes(tx, mode, month()));
        of(Production).await.len() + of(Test).await.len()
    }

    async fn vcenters(&self, mode: BillingMode) -> usize {
        self.run(move |tx| {
            let revision = reports::latest(tx, ACME, mode, month())?;
            reports::units(tx, &revision.unwrap())
        })
        .await
        .len()
    }
}

/// Hours of the one VM as a line sums them.
fn hours(count: u64) -> String {
    (2048 * count * 1_000_000).to_string()
}

fn part(contract: &str, site: Uuid, amount: u64) -> (String, Uuid, String) {
    (contract.to_owned(), site, hours(amount))
}

#[tokio::test]
async fn evidence_that_moves_to_the_other_mode_takes_its_unit_along_and_back() {
    let bench = Bench::new();
    bench.register_meter(METER, Production).await;
    bench.upload(METER, &file(METER, VCENTER), "2026-09-01T04:00:00Z").await;
    bench.drain().await;
    bench.set(METER, "2026-09-01", Test, "ACME-0001", None).await;
    let (revision, cause, _) = bench.newest(Production).await.unwrap();
    assert_eq!((revision, cause.as_str(), bench.causes().await), (2, CAUSE, 0));
    assert_eq!((bench.vcenters(Production).await, bench.vcenters(Test).await), (0, 1));
    // Its order follows down to nothing, and so does its contract's part.
    assert_eq!(bench.parts(Production).await, [part("", Uuid::nil(), 0), part("ACME-0001", Uuid::nil(), 0)]);
    let whole_and_contract = [part("", Uuid::nil(), 1), part("ACME-0001", Uuid::nil(), 1)];
    assert_eq!(bench.parts(Test).await, whole_and_contract);

    bench.set(METER, "2026-09-01", Production, "ACME-0001", None).await;
    assert_eq!((bench.vcenters(Production).await, bench.vcenters(Test).await), (1, 0));
    assert_eq!(bench.parts(Production).await, whole_and_contract);
    assert_eq!(bench.parts(Test).await, [part("", Uuid::nil(), 0)]);
    let key = UnitKey { billing_mode: Production, vcenter_id: VCENTER, month: month() };
    let unit = bench.run(move |tx| units::find(tx, &key)).await.unwrap();
    assert_eq!((unit.version, unit.listed), (1, true), "it is what it was, and not made anew");
}

#[tokio::test]
async fn contracts_and_sites_have_parts_of_their_own() {
    let bench = Bench::new();
    bench
        .run(|tx| {
            let created_at = time("2026-08-01T00:00:00Z");
            contracts::insert(tx, "ACME-0002", created_at)?;
            let (contract_number, name) = ("ACME-0002".to_owned(), "ams".to_owned());
            contracts::insert_site(
                tx,
                &Site { organization_id: ACME, id: SITE, contract_number, name, created_at },
            )
        })
        .await;
    for (meter, vcenter) in [(METER, VCENTER), (OTHER_METER, Uuid::from_u128(0x45))] {
        bench.register_meter(meter, Production).await;
        bench.upload(meter, &file(meter, vcenter), "2026-09-01T04:00:00Z").await;
    }
    bench.drain().await;
    assert_eq!(bench.parts(Production).await, [part("", Uuid::nil(), 2), part("ACME-0001", Uuid::nil(), 2)]);
    bench.set(METER, "2026-09-01", Production, "ACME-0002", Some(SITE)).await;
    let (_, cause, _) = bench.newest(Production).await.unwrap();
    assert_eq!(cause, CAUSE);
    assert_eq!(
        bench.parts(Production).await,
        [
            part("", Uuid::nil(), 2),
            part("", SITE, 1),
            part("ACME-0001", Uuid::nil(), 1),
            part("ACME-0002", Uuid::nil(), 1),
        ]
    );
    let orders = bench.run(|tx| schema::orders::list(tx, Some(month()), None, 10)).await;
    let contracts: Vec<_> = orders.iter().map(|order| order.contract_number.as_str()).collect();
    assert_eq!(contracts, ["ACME-0001", "ACME-0002"]);
}

#[tokio::test]
async fn a_cause_that_changes_nothing_makes_no_revision_and_is_gone() {
    let bench = Bench::new();
    bench.register_meter(METER, Production).await;
    bench.upload(METER, &file(METER, VCENTER), "2026-09-01T04:00:00Z").await;
    bench.drain().await;
    bench.set(METER, "2026-11-01", Test, "ACME-0001", None).await;
    assert_eq!(bench.newest(Production).await.unwrap().0, 1);
    assert!(bench.newest(Test).await.is_none());
    assert_eq!(bench.causes().await, 0, "a later revision has its own");
}

#[tokio::test]
async fn a_change_touches_what_the_meters_collections_are_evidence_of() {
    let bench = Bench::new();
    let (nsx, claimed) = (Uuid::from_u128(0x46), Uuid::from_u128(0x47));
    for meter in [METER, OTHER_METER] {
        bench.register_meter(meter, Production).await;
    }
    let none: [String; 0] = [];
    let claims = feature("2026-08-10T00:30:00Z", claimed, Uuid::from_u128(0x48), "nsx-advanced");
    let bytes = DataFile::new(METER)
        .vcenter(VCENTER)
        // The lead-in of September.
        .events("2026-08-30T23:00:00Z", "2026-08-31T00:00:00Z", &none)
        .events("2026-09-05T00:00:00Z", "2026-09-05T01:00:00Z", &none)
        // The lead-in of October, which has not begun.
        .inventory("2026-09-29T00:00:00Z", &none)
        .product(nsx, "nsx")
        .events("2026-08-10T00:00:00Z", "2026-08-10T01:00:00Z", &[claims])
        .build();
    bench.upload(METER, &bytes, "2026-09-30T00:00:00Z").await;
    let others = Uuid::from_u128(0x49);
    bench.upload(OTHER_METER, &file(OTHER_METER, others), "2026-09-30T00:00:00Z").await;
    bench.drain().await;
    let touched = async |from: &str, to: Option<&str>| {
        let window = (time(from), to.map(time));
        let now = time("2026-09-30T12:00:00Z");
        let mut touched = bench.run(move |tx| meters::touched_by_settings(tx, METER, window, now)).await;
        touched.sort_unstable();
        touched
    };
    let unit = |vcenter_id, month: &str| TouchedUnit { vcenter_id, month: month.parse().unwrap() };
    assert_eq!(
        touched("2026-08-01T00:00:00Z", None).await,
        [unit(VCENTER, "2026-08-01"), unit(VCENTER, "2026-09-01"), unit(claimed, "2026-08-01")]
    );
    assert_eq!(touched("2026-09-01T00:00:00Z", None).await, [unit(VCENTER, "2026-09-01")]);
    assert_eq!(
        touched("2026-08-01T00:00:00Z", Some("2026-09-01T00:00:00Z")).await,
        [unit(VCENTER, "2026-08-01"), unit(VCENTER, "2026-09-01"), unit(claimed, "2026-08-01")]
    );
    assert_eq!(touched("2026-10-01T00:00:00Z", None).await, []);
}
