//! Publishing and consuming on a real broker.

mod dead;
mod fair;
mod tls;

use platform::broker::{Broker, BrokerError, Disposition, Message, Queue, Work};
use platform::config::BrokerSettings;
use platform::stop;
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use test_support::broker::TestBroker;
use uuid::Uuid;

use crate::proxy::Proxy;
use crate::support::eventually;

/// The broker in a namespace of the test's own.
fn broker(test: &TestBroker, url: &str) -> Broker {
    Broker::new(BrokerSettings::new(url, &test.namespace), "platform-test")
}

fn work(number: u128) -> Work {
    work_of(1, number)
}

fn work_of(organization: u128, number: u128) -> Work {
    Work::Register { organization_id: Uuid::from_u128(organization), upload_id: Uuid::from_u128(number) }
}

/// Counts the deliveries of each upload and answers with a verdict on (upload, which delivery).
#[derive(Clone, Default)]
struct Handler(Arc<Mutex<BTreeMap<u128, usize>>>);

impl Handler {
    fn delivered(&self, work: &Work) -> (u128, usize) {
        let Work::Register { upload_id, .. } = work else { panic!("another queue's message") };
        let mut counts = self.0.lock().unwrap();
        let count = counts.entry(upload_id.as_u128()).or_default();
        *count += 1;
        (upload_id.as_u128(), *count)
    }

    fn counts(&self) -> BTreeMap<u128, usize> {
        self.0.lock().unwrap().clone()
    }
}

/// Consumes until the returned source is stopped; the task ends with it.
fn consume(
    broker: &Broker,
    handler: &Handler,
    verdict: impl Fn(u128, usize) -> Disposition + Clone + Send + Sync + 'static,
) -> (stop::StopSource, tokio::task::JoinHandle<()>) {
    let (source, stop) = stop::pair();
    let (broker, handler) = (broker.clone(), handler.clone());
    let task = tokio::spawn(async move {
        let handle = move |message: Message| {
            let (number, count) = handler.delivered(&message.work);
            let verdict = verdict.clone();
            async move { verdict(number, count) }
        };
        broker.consume(Queue::Register, 4, stop, handle).await;
    });
    (source, task)
}

async fn end_consuming(source: stop::StopSource, task: tokio::task::JoinHandle<()>) {
    source.stop();
    tokio::time::timeout(Duration::from_secs(10), task).await.expect("a stop in time").unwrap();
}

async fn end(broker: &Broker, source: stop::StopSource, task: tokio::task::JoinHandle<()>) {
    end_consuming(source, task).await;
    broker.delete_namespace().await.unwrap();
}

const RETRY: Disposition = Disposition::Retry { after: Duration::from_millis(20) };

#[tokio::test(flavor = "multi_thread")]
async fn every_verdict_does_what_it_says() {
    let test = TestBroker::new();
    let broker = broker(&test, &test.url);
    let publisher = broker.publisher();
    for outcome in publisher.publish_all(&[work(1), work(2), work(3), work(4), work(5)]).await {
        outcome.unwrap();
    }
    let handler = Handler::default();
    let (source, task) = consume(&broker, &handler, |number, count| match (number, count) {
        (2, 1..3) => RETRY,
        (3, _) => Disposition::DeadLetter,
        (5, _) => Disposition::Postponed,
        (4, 1..3) => Disposition::Pause,
        _ => Disposition::Ack,
    });
    let expected = BTreeMap::from([(1, 1), (2, 3), (3, 1), (4, 3), (5, 1)]);
    eventually("all verdicts", async || handler.counts() == expected).await;
    // What was given up or comes again by itself is kept elsewhere: nothing is left with the broker.
    end_consuming(source, task).await;
    let depths = broker.depths().await.unwrap();
    assert_eq!((depths["register"], depths["dead"]), (0, 0));
    broker.delete_namespace().await.unwrap();
}

/// What each delivery of a message says of the ones before.
#[tokio::test(flavor = "multi_thread")]
async fn a_message_says_whether_it_came_back_without_a_verdict() {
    let test = TestBroker::new();
    let broker = broker(&test, &test.url);
    broker.publisher().publish(&work(1)).await.unwrap();
    let (source, stop) = stop::pair();
    let said = Arc::new(Mutex::new(Vec::new()));
    let task = {
        let (broker, said) = (broker.clone(), said.clone());
        tokio::spawn(async move {
            let handle = move |message: Message| {
                said.lock().unwrap().push(message.redelivered);
                let verdict = match said.lock().unwrap().len() {
                    1 => RETRY,
                    // Asked anew, which is no other delivery.
                    2 => Disposition::Pause,
                    _ => Disposition::Ack,
                };
                async move { verdict }
            };
            broker.consume(Queue::Register, 4, stop, handle).await;
        })
    };
    eventually("all deliveries", async || said.lock().unwrap().len() == 3).await;
    assert_eq!(*said.lock().unwrap(), [false, true, false]);
    end(&broker, source, task).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_panic_keeps_the_message_and_rubbish_is_a_dead_letter() {
    let test = TestBroker::new();
    let broker = broker(&test, &test.url);
    broker.declare().await.unwrap();
    publish_rubbish(&test).await;
    broker.publisher().publish(&work(1)).await.unwrap();
    let handler = Handler::default();
    let (source, task) = consume(&broker, &handler, |_, _| panic!("as a test"));
    eventually("the dead letter", async || broker.depths().await.unwrap()["dead"] == 1).await;
    eventually("the panic", async || handler.counts() == BTreeMap::from([(1, 1)])).await;
    source.stop();
    task.await.unwrap();
    eventually("the message back in its queue", async || broker.depths().await.unwrap()["register"] == 1)
        .await;
    broker.delete_namespace().await.unwrap();
}

/// What no program of ours sends.
async fn publish_rubbish(test: &TestBroker) {
    let connection =
        lapin::Connection::connect(&test.url, lapin::ConnectionProperties::default()).await.unwrap();
    let channel = connection.create_channel().await.unwrap();
    let (options, properties) =
        (lapin::options::BasicPublishOptions::default(), lapin::BasicProperties::default());
    let exchange = test.namespace.as_str().into();
    channel
        .basic_publish(exchange, "register".into(), options, b"{}", properties)
        .await
        .unwrap()
        .await
        .unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn no_more_than_its_concurrency_is_worked_on_at_once() {
    let test = TestBroker::new();
    let broker = broker(&test, &test.url);
    let works: Vec<_> = (1..=12).map(|number| work_of(number % 3, number)).collect();
    assert!(broker.publisher().publish_all(&works).await.iter().all(Result::is_ok));
    let (source, stop) = stop::pair();
    let (at_once, most, done) =
        (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)), Handler::default());
    let task = {
        let (broker, at_once, most, done) = (broker.clone(), at_once.clone(), most.clone(), done.clone());
        tokio::spawn(async move {
            let handle = move |message: Message| {
                let (at_once, most, done) = (at_once.clone(), most.clone(), done.clone());
                async move {
                    most.fetch_max(at_once.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
                    tokio::time::sleep(Duration::from_millis(30)).await;
                    at_once.fetch_sub(1, Ordering::SeqCst);
                    done.delivered(&message.work);
                    Disposition::Ack
                }
            };
            broker.consume(Queue::Register, 3, stop, handle).await;
        })
    };
    eventually("all messages", async || done.counts().len() == 12).await;
    assert_eq!(most.load(Ordering::SeqCst), 3);
    end(&broker, source, task).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stop_lets_handlers_end_and_gives_the_rest_back() {
    let test = TestBroker::new();
    let broker = broker(&test, &test.url);
    let works: Vec<_> = (1..=8).map(work).collect();
    assert!(broker.publisher().publish_all(&works).await.iter().all(Result::is_ok));
    let handler = Handler::default();
    // Two are done, two wait for something that never comes back, and the others are held until they are tried again.
    let (source, task) = consume(&broker, &handler, |number, _| match number {
        1 | 2 => Disposition::Ack,
        3 | 4 => Disposition::Pause,
        _ => Disposition::Retry { after: Duration::from_mins(4) },
    });
    eventually("all begun", async || handler.counts().len() == 8).await;
    source.stop();
    tokio::time::timeout(Duration::from_secs(5), task).await.expect("a stop in time").unwrap();
    eventually("six messages back", async || broker.depths().await.unwrap()["register"] == 6).await;
    broker.delete_namespace().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cut_connection_is_made_again_by_both_sides() {
    let test = TestBroker::new();
    let proxy = Proxy::of(&test.url).await;
    let (cuttable, direct) = (broker(&test, &proxy.url), broker(&test, &test.url));
    let publisher = cuttable.publisher();
    let handler = Handler::default();
    let (source, task) = consume(&cuttable, &handler, |_, _| Disposition::Ack);
    publisher.publish(&work(1)).await.unwrap();
    eventually("the first message", async || handler.counts().contains_key(&1)).await;
    proxy.cut();
    eventually("a failed publish", async || publisher.publish(&work(2)).await.is_err()).await;
    assert!(cuttable.healthy().await.is_err());
    direct.publisher().publish(&work(3)).await.unwrap();
    proxy.mend();
    eventually("a publish", async || publisher.publish(&work(4)).await.is_ok()).await;
    eventually("what came meanwhile", async || {
        let counts = handler.counts();
        counts.contains_key(&3) && counts.contains_key(&4)
    })
    .await;
    cuttable.healthy().await.unwrap();
    end(&direct, source, task).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_that_no_queue_takes_is_not_out() {
    let test = TestBroker::new();
    let broker = broker(&test, &test.url);
    let publisher = broker.publisher();
    publisher.publish(&work(1)).await.unwrap();
    // The queues are gone, the exchange is back: such a message is returned, and acked all the same.
    broker.delete_namespace().await.unwrap();
    declare_exchange_only(&test).await;
    let outcome = publisher.publish(&work(2)).await;
    assert!(matches!(outcome, Err(BrokerError::Returned)), "{outcome:?}");
    publisher.publish(&work(3)).await.expect("queues that are declared again");
    assert_eq!(broker.depths().await.unwrap()["register"], 1);
    broker.delete_namespace().await.unwrap();
}

async fn declare_exchange_only(test: &TestBroker) {
    let connection =
        lapin::Connection::connect(&test.url, lapin::ConnectionProperties::default()).await.unwrap();
    let channel = connection.create_channel().await.unwrap();
    let options = lapin::options::ExchangeDeclareOptions { durable: true, ..Default::default() };
    let (name, kind) = (test.namespace.as_str().into(), lapin::ExchangeKind::Direct);
    channel.exchange_declare(name, kind, options, lapin::types::FieldTable::default()).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deleted_queue_is_declared_again() {
    let test = TestBroker::new();
    let broker = broker(&test, &test.url);
    let handler = Handler::default();
    let (source, task) = consume(&broker, &handler, |_, _| Disposition::Ack);
    broker.publisher().publish(&work(1)).await.unwrap();
    eventually("the first message", async || handler.counts().contains_key(&1)).await;
    broker.delete_namespace().await.unwrap();
    // The broker (3.10) forgets to tell a consumer whose queue is made again at once.
    tokio::time::sleep(Duration::from_secs(1)).await;
    let publisher = broker.publisher();
    eventually("a publish", async || publisher.publish(&work(2)).await.is_ok()).await;
    eventually("the second message", async || handler.counts().contains_key(&2)).await;
    end(&broker, source, task).await;
}
