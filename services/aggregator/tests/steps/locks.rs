//! Locks held by somebody else while a step comes to them.

use crate::bench::{Bench, month};
use platform::broker::{Broker, Work};
use platform::config::{AggregationSettings, BrokerSettings};
use platform::stop;
use schema::meters::{self, Settings};
use schema::reports::{self, Cause};
use schema::types::BillingMode::Production;
use schema::units::{self, UnitKey};
use schema::{Scope, Tx, transaction};
use std::time::Duration;
use test_support::broker::TestBroker;
use test_support::database::until_somebody_waits;
use test_support::tenants::ACME;
use test_support::usage_file::DataFile;
use test_support::usage_file::records::{host, vm};
use tokio::sync::oneshot;
use uuid::Uuid;

const METER: Uuid = Uuid::from_u128(0x51);
const VCENTER: Uuid = Uuid::from_u128(0x52);
const CAUSE: &str = "registration:somebody";

fn key(vcenter: u128, month: &str) -> UnitKey {
    UnitKey { billing_mode: Production, vcenter_id: Uuid::from_u128(vcenter), month: month.parse().unwrap() }
}

impl Bench {
    /// An hour of one VM, metered and composed.
    async fn evidence(&self) {
        self.register_meter(METER, Production).await;
        let at = "2026-09-01T00:00:00Z";
        let file = DataFile::new(METER).vcenter(VCENTER);
        let file = file.inventory(at, &[host(at, "host-1"), vm(at, Uuid::from_u128(0x53))]);
        let none: [String; 0] = [];
        self.upload(METER, &file.events(at, "2026-09-01T01:00:00Z", &none).build(), "2026-09-01T02:00:00Z")
            .await;
        self.drain().await;
    }

    /// Locks a unit, tells it, waits until a step waits for it, and does this before it lets go.
    async fn hold(
        &self,
        unit: UnitKey,
        locked: oneshot::Sender<()>,
        then: impl FnOnce(&mut Tx<'_>) -> diesel::QueryResult<()> + Send + 'static,
    ) {
        let mut watcher = self.database.owner();
        self.run(move |tx| {
            units::lock(tx, &unit)?.unwrap();
            locked.send(()).unwrap();
            until_somebody_waits(&mut watcher);
            then(tx)
        })
        .await;
    }
}

#[tokio::test]
async fn a_run_takes_the_units_of_several_months_in_the_one_order() {
    let (bench, test_broker) = (Bench::new(), TestBroker::new());
    bench.evidence().await;
    let (first, last) = (key(1, "2026-10-01"), key(2, "2026-09-01"));
    bench.run(move |tx| units::mark(tx, &[first, last])).await;
    let broker = Broker::new(BrokerSettings::new(&*test_broker.url, &test_broker.namespace), "test");
    let day = Duration::from_hours(24);
    let at = chrono::NaiveTime::MIN;
    let settings = AggregationSettings { interval: day, at, deadline: 2 * day, workers: 1, verify_units: 0 };
    let (source, stop) = stop::pair();
    let mut other = impatient(&bench);
    let (locked, is_locked) = oneshot::channel();
    let holding = bench.hold(first, locked, move |_| {
        // Of the month before, and behind it in the order of keys.
        let free = transaction(&mut other, &Scope::Organization(ACME), |tx| units::lock(tx, &last));
        assert!(free.is_ok(), "taken before the one that it waits for: {free:?}");
        Ok(())
    });
    let held = async {
        holding.await;
        source.stop();
    };
    let running = async {
        is_locked.await.unwrap();
        aggregator::run(bench.context.clone(), broker, settings, stop).await;
    };
    tokio::join!(held, running);
}

/// A connection that gives up at once what it cannot lock.
fn impatient(bench: &Bench) -> diesel::PgConnection {
    use diesel::connection::SimpleConnection;
    let mut conn = bench.database.service();
    conn.batch_execute("SET lock_timeout = '100ms'").unwrap();
    conn
}

/// Another contract from the month on, as the API records it: no unit of it is marked.
fn change_contract(tx: &mut Tx<'_>) -> diesel::QueryResult<()> {
    schema::contracts::insert(tx, "ACME-0002", "2026-09-01T00:00:00Z".parse().unwrap())?;
    let settings = Settings {
        organization_id: ACME,
        meter_id: METER,
        effective_from: month(),
        billing_mode: Production,
        contract_number: "ACME-0002".to_owned(),
        site_id: None,
        recorded_at: "2026-09-02T00:00:00Z".parse().unwrap(),
        id: Uuid::now_v7(),
        recorded_by: None,
    };
    meters::record_settings(tx, &settings)?;
    reports::add_cause(tx, Production, month(), &Cause { id: Uuid::now_v7(), cause: CAUSE.to_owned() })
}

#[tokio::test]
async fn a_change_during_the_composing_is_published_under_its_own_cause() {
    let bench = Bench::new();
    bench.evidence().await;
    let compose = Work::Compose { organization_id: ACME, billing_mode: Production, month: month() };
    let mut other = bench.database.service();
    let (locked, is_locked) = oneshot::channel();
    let unit = UnitKey { billing_mode: Production, vcenter_id: VCENTER, month: month() };
    let holding = bench.hold(unit, locked, move |_| {
        // The composing has read the causes by now, and nothing of the units and the settings.
        transaction(&mut other, &Scope::Organization(ACME), change_contract)
    });
    let composing = async {
        is_locked.await.unwrap();
        bench.handle(&compose).await;
    };
    tokio::join!(holding, composing);
    assert_eq!(bench.report(Production).await.unwrap().0.revision, 1, "left to the change's own message");
    bench.handle(&compose).await;
    let (revision, _) = bench.report(Production).await.unwrap();
    assert_eq!((revision.revision, &*revision.cause), (2, CAUSE));
}
