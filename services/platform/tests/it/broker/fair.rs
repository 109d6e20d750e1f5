//! Nobody waits for the whole backlog of another.

use platform::broker::{Broker, Disposition, Message, Queue, Work};
use platform::stop;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use test_support::broker::TestBroker;
use tokio::task::JoinHandle;
use uuid::Uuid;

use super::{broker, work_of};
use crate::support::eventually;

/// The large partner, and another.
const LARGE: u128 = 1;
const SMALL: u128 = 2;

/// What is at work now, the most of each organization at once, and what is done.
#[derive(Default)]
struct Seen {
    at_work: Vec<Uuid>,
    most: BTreeMap<Uuid, usize>,
    done: Vec<Uuid>,
}

type Shared = Arc<Mutex<Seen>>;

impl Seen {
    fn begin(&mut self, work: &Work) {
        let organization_id = work.organization_id();
        self.at_work.push(organization_id);
        let now = self.at_work.iter().filter(|of| **of == organization_id).count();
        let most = self.most.entry(organization_id).or_default();
        *most = now.max(*most);
    }

    fn end(&mut self, work: &Work) {
        let organization_id = work.organization_id();
        let place = self.at_work.iter().position(|of| *of == organization_id).unwrap();
        self.at_work.swap_remove(place);
        self.done.push(organization_id);
    }
}

/// Three workers; the large partner's messages go on until `until` says stop, others' are done at once.
fn consume(
    broker: &Broker,
    seen: &Shared,
    until: &stop::Stop,
    verdict: Disposition,
) -> (stop::StopSource, JoinHandle<()>) {
    let (source, stop) = stop::pair();
    let (broker, seen, until) = (broker.clone(), Arc::clone(seen), until.clone());
    let handler = move |message: Message| {
        let (seen, mut until, verdict) = (Arc::clone(&seen), until.clone(), verdict.clone());
        async move {
            seen.lock().unwrap().begin(&message.work);
            if message.work.organization_id() == Uuid::from_u128(LARGE) {
                until.stopped().await;
            }
            seen.lock().unwrap().end(&message.work);
            verdict
        }
    };
    let task = tokio::spawn(async move { broker.consume(Queue::Register, 3, stop, handler).await });
    (source, task)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_large_partner_leaves_a_worker_to_others() {
    let test = TestBroker::new();
    let broker = broker(&test, &test.url);
    let works: Vec<_> = (0..30).map(|number| work_of(LARGE, number)).collect();
    assert!(broker.publisher().publish_all(&works).await.iter().all(Result::is_ok));
    let (seen, (go, until)) = (Shared::default(), stop::pair());
    let (source, task) = consume(&broker, &seen, &until, Disposition::Ack);
    eventually("the large partner at work", async || seen.lock().unwrap().at_work.len() == 2).await;
    // All of this comes and goes while the large partner's two are at work.
    let works: Vec<_> = (100..110).map(|number| work_of(SMALL, number)).collect();
    assert!(broker.publisher().publish_all(&works).await.iter().all(Result::is_ok));
    eventually("the other's ten", async || seen.lock().unwrap().done.len() == 10).await;
    go.stop();
    eventually("everything", async || seen.lock().unwrap().done.len() == 40).await;
    source.stop();
    task.await.unwrap();
    assert_eq!(seen.lock().unwrap().most[&Uuid::from_u128(LARGE)], 2);
    broker.delete_namespace().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn what_waits_to_be_tried_again_is_in_nobodys_way() {
    let test = TestBroker::new();
    let broker = broker(&test, &test.url);
    let works: Vec<_> = (0..20).map(|number| work_of(LARGE, number)).collect();
    assert!(broker.publisher().publish_all(&works).await.iter().all(Result::is_ok));
    let (seen, (go, until)) = (Shared::default(), stop::pair());
    go.stop();
    let again = Disposition::Retry { after: Duration::from_mins(5) };
    let (source, task) = consume(&broker, &seen, &until, again);
    eventually("all of them", async || seen.lock().unwrap().done.len() == 20).await;
    source.stop();
    tokio::time::timeout(Duration::from_secs(10), task).await.expect("a stop in time").unwrap();
    eventually("all back", async || broker.depths().await.unwrap()["register"] == 20).await;
    broker.delete_namespace().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn what_does_not_end_in_time_goes_back() {
    let test = TestBroker::new();
    let broker = broker(&test, &test.url);
    let works: Vec<_> = (0..8).map(|number| work_of(LARGE, number)).collect();
    assert!(broker.publisher().publish_all(&works).await.iter().all(Result::is_ok));
    let seen = Shared::default();
    let (source, stop) = stop::pair_with_grace(Duration::from_millis(100));
    let task = {
        let (broker, seen) = (broker.clone(), Arc::clone(&seen));
        tokio::spawn(async move {
            let handler = move |message: Message| {
                seen.lock().unwrap().begin(&message.work);
                std::future::pending::<Disposition>()
            };
            broker.consume(Queue::Register, 3, stop, handler).await;
        })
    };
    eventually("two at work", async || seen.lock().unwrap().at_work.len() == 2).await;
    source.stop();
    tokio::time::timeout(Duration::from_secs(10), task).await.expect("a stop in time").unwrap();
    eventually("all back", async || broker.depths().await.unwrap()["register"] == 8).await;
    broker.delete_namespace().await.unwrap();
}
