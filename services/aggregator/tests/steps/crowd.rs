//! Crowds of workers on the same months and on many, while runs are planned and meters are changed: what comes of it is
//! what one worker makes of it, and nobody has waited in a circle.

mod change;
mod deadlocks;
mod partners;

use crate::bench::{Bench, time};
use crate::crowd::partners::{Partner, files, first_files};
use chrono::NaiveDate;
use platform::broker::{Broker, Disposition, Work};
use platform::clock::Clock;
use platform::config::{AggregationSettings, BrokerSettings, ClockSettings, DatabaseSettings, Deployment};
use platform::db::Db;
use platform::stop::{self, Stop};
use schema::types::BillingMode;
use std::sync::Arc;
use std::time::Duration;
use test_support::broker::TestBroker;
use test_support::state::State;
use tokio::sync::Barrier;
use tokio::task::JoinSet;

const WORKERS: usize = 16;
/// How often each message is handed out.
const TIMES: usize = 3;
/// The first month is closed by then.
const NOW: &str = "2026-10-05T06:00:00Z";

/// A bench that has room for all.
async fn spacious() -> Bench {
    let mut bench = Bench::new();
    let settings = DatabaseSettings {
        pool_size: 2 * WORKERS,
        wait: Duration::from_mins(1),
        ..DatabaseSettings::new(bench.database.service_url().into())
    };
    let db = Db::new(&settings, "crowd").unwrap();
    let clock = ClockSettings { deployment: Deployment::Development, start: Some(time(NOW)) };
    bench.context.clock = Clock::start(clock, &db).await.unwrap();
    bench.context.db = db;
    bench
}

/// Each month has a first report, so that whatever comes next changes one.
async fn begun(partners: &[Partner], months: &[&str]) -> Bench {
    let bench = spacious().await;
    for partner in partners {
        partner.join(&bench).await;
        for file in first_files(partner, months) {
            bench.upload_of(partner.id, file.meter, &file.bytes, &file.received_at).await;
        }
    }
    bench.drain().await;
    let state = State::of(&bench.database);
    let refused: Vec<_> = state.section("uploads").iter().filter(|line| line.contains("rejected")).collect();
    assert!(refused.is_empty(), "{refused:#?}");
    bench
}

async fn upload_all(bench: &Bench, partners: &[Partner], months: &[&str]) -> Vec<Work> {
    let mut messages = Vec::new();
    for partner in partners {
        for file in files(partner, months) {
            let upload_id = bench.upload_of(partner.id, file.meter, &file.bytes, &file.received_at).await;
            messages.push(Work::Register { organization_id: partner.id, upload_id });
        }
    }
    messages
}

/// Runs that are due every second.
async fn schedule(bench: &Bench, broker: &TestBroker, stop: Stop) {
    let interval = Duration::from_secs(1);
    let at = chrono::NaiveTime::MIN;
    let deadline = Duration::from_hours(48);
    let settings = AggregationSettings { interval, at, deadline, workers: 1, verify_units: 0 };
    let broker = Broker::new(BrokerSettings::new(&*broker.url, &broker.namespace), "crowd");
    aggregator::run(bench.context.clone(), broker.clone(), settings, stop).await;
    broker.delete_namespace().await.unwrap();
}

/// What one worker makes of it, one thing after the other.
async fn alone(partners: &[Partner], months: &[&str]) -> State {
    let bench = begun(partners, months).await;
    upload_all(&bench, partners, months).await;
    bench.drain().await;
    change::all(&bench, partners, months).await;
    bench.drain().await;
    let (broker, (source, stop)) = (TestBroker::new(), stop::pair());
    let running = schedule(&bench, &broker, stop);
    let planned = async {
        until_planned(&bench, partners, months).await;
        source.stop();
    };
    tokio::join!(running, planned);
    finish(&bench).await;
    State::of(&bench.database)
}

/// What many make of it, all at once.
async fn together(partners: &[Partner], months: &[&str]) -> State {
    let bench = Arc::new(begun(partners, months).await);
    let registrations = upload_all(&bench, partners, months).await;
    let (broker, (source, stop)) = (TestBroker::new(), stop::pair());
    let running = tokio::spawn({
        let bench = bench.clone();
        async move { schedule(&bench, &broker, stop).await }
    });
    let mut changing = JoinSet::new();
    for partner in partners.iter().cloned() {
        let bench = bench.clone();
        let months: Vec<String> = months.iter().map(|month| (*month).to_owned()).collect();
        changing.spawn(async move {
            let months: Vec<&str> = months.iter().map(String::as_str).collect();
            change::all(&bench, &[partner], &months).await;
        });
    }
    // As long as the changes go on, uploads are registered again and again beside whatever else there is.
    loop {
        let mut messages = bench.messages().await;
        messages.extend_from_slice(&registrations);
        at_once(&bench, &messages).await;
        if changing.is_empty() {
            break;
        }
        while changing.try_join_next().transpose().unwrap().is_some() {}
    }
    until_planned(&bench, partners, months).await;
    source.stop();
    running.await.unwrap();
    finish(&bench).await;
    let state = State::of(&bench.database);
    assert_eq!(deadlocks::of(&bench.database), 0, "some waited in a circle");
    state
}

/// Hands out every message several times, and lets all workers begin at once.
async fn at_once(bench: &Arc<Bench>, messages: &[Work]) {
    let barrier = Arc::new(Barrier::new(WORKERS));
    let mut workers = JoinSet::new();
    for worker in 0..WORKERS {
        // Each begins elsewhere, so that copies meet as well as neighbours.
        let handed_out = messages.iter().cycle().skip(worker * messages.len() / WORKERS);
        let share: Vec<Work> = handed_out.take((messages.len() * TIMES).div_ceil(WORKERS)).cloned().collect();
        let (bench, barrier) = (bench.clone(), barrier.clone());
        workers.spawn(async move {
            barrier.wait().await;
            for message in share {
                handle(&bench, &message).await;
            }
        });
    }
    while let Some(outcome) = workers.join_next().await {
        outcome.unwrap();
    }
}

async fn handle(bench: &Bench, message: &Work) {
    match bench.handle(message).await {
        // What is postponed comes again by itself.
        Disposition::Ack | Disposition::Postponed => {}
        other => panic!("{message:?}: {other:?}"),
    }
}

/// Until a run after the deadline has planned every month.
async fn until_planned(bench: &Bench, partners: &[Partner], months: &[&str]) {
    for partner in partners {
        for (mode, month) in
            BillingMode::ALL.iter().flat_map(|mode| months.iter().map(move |month| (*mode, *month)))
        {
            let day: NaiveDate = format!("{month}-01").parse().unwrap();
            let planned = || {
                bench.run_in(partner.id, move |tx| {
                    schema::runs::any_after(tx, mode, day, time("2026-10-03T00:00:00Z"))
                })
            };
            let waiting = async {
                while !planned().await {
                    tokio::time::sleep(Duration::from_millis(20)).await;
                }
            };
            // A run that plans the month comes within a second or two.
            tokio::time::timeout(Duration::from_mins(1), waiting).await.unwrap();
        }
    }
}

/// Works until nothing is left, postponed or not.
async fn finish(bench: &Bench) {
    loop {
        let messages = bench.messages().await;
        for message in &messages {
            handle(bench, message).await;
        }
        let left = State::leftovers(&bench.database);
        if messages.is_empty() && !left.iter().any(|line| line.contains(r#""outbox""#)) {
            // Nobody ends the last run: the schedule has stopped.
            let stuck: Vec<_> = left.iter().filter(|line| !line.contains(r#""organization":null"#)).collect();
            assert!(stuck.is_empty(), "{stuck:#?}");
            return;
        }
        bench.database.end_leases();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn many_on_one_month_agree_with_one() {
    let partners = [Partner::new(1)];
    let months = ["2026-09"];
    let (alone, together) = (alone(&partners, &months).await, together(&partners, &months).await);
    together.assert_same(&alone);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn many_on_many_months_agree_with_one() {
    let partners: Vec<Partner> = (1..=8).map(Partner::new).collect();
    let months = ["2026-09", "2026-10"];
    let (alone, together) = (alone(&partners, &months).await, together(&partners, &months).await);
    together.assert_same(&alone);
}
