//! The relay: every message gets out, whatever is away for a while.

use chrono::TimeDelta;
use ingest::relay::{self, Relay};
use lapin::options::QueueDeleteOptions;
use lapin::{Connection, ConnectionProperties};
use platform::broker::{Broker, Disposition, Message, Queue, Work};
use platform::config::BrokerSettings;
use platform::stop::{self, Stop, StopSource};
use schema::dead_letters::{self, LetterFilter};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};
use test_support::broker::TestBroker;
use test_support::tenants::{ACME, GLOBEX};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;
use uuid::Uuid;

use crate::world::{World, any};

/// Longer than anything here takes.
const PATIENCE: Duration = Duration::from_secs(30);

#[actix_web::test]
async fn messages_get_out_in_good_time_and_once() {
    let (world, test_broker) = (World::new().await, TestBroker::new());
    let broker = broker(&test_broker, &test_broker.url);
    let relay = start(&world, &broker);
    for number in 0..600 {
        enqueue(&world, number).await;
    }
    let (source, stop) = stop::pair();
    let seen = Arc::new(Mutex::new(Vec::new()));
    let consumer = tokio::spawn(consume(broker.clone(), Arc::clone(&seen), stop));
    world.wake.notify_one();
    until_empty(&world).await;
    until("600 messages", async || seen.lock().unwrap().len() == 600).await;
    relay.end().await;
    source.stop();
    consumer.await.unwrap();
    assert_eq!(broker.depths().await.unwrap()["register"], 0, "none came twice");
    broker.delete_namespace().await.unwrap();
}

#[actix_web::test]
async fn a_backlog_waits_where_organizations_take_turns() {
    let (world, test_broker) = (World::new().await, TestBroker::new());
    let broker = broker(&test_broker, &test_broker.url);
    for number in 0..200 {
        enqueue(&world, number).await;
    }
    let relay = start(&world, &broker);
    // Nobody takes messages: the queue gets a few and no more.
    until("a few messages", async || broker.depths().await.unwrap()["register"] > 0).await;
    enqueue_of(&world, GLOBEX, 1000).await;
    world.wake.notify_one();
    // Another's is published all the same, behind those few.
    until("Globex's message", async || published_of(&world, GLOBEX).await).await;
    let waiting = broker.depths().await.unwrap()["register"];
    assert!(waiting <= 10, "{waiting} messages are in the queue");

    let (source, stop) = stop::pair();
    let seen = Arc::new(Mutex::new(Vec::new()));
    let consumer = tokio::spawn(consume(broker.clone(), Arc::clone(&seen), stop));
    until_empty(&world).await;
    until("201 messages", async || seen.lock().unwrap().len() == 201).await;
    let place = seen.lock().unwrap().iter().position(|of| *of == GLOBEX).unwrap();
    assert!(place <= 10, "Globex's one message came after {place} of Acme's 200");
    relay.end().await;
    source.stop();
    consumer.await.unwrap();
    broker.delete_namespace().await.unwrap();
}

#[actix_web::test]
async fn an_upload_wakes_a_relay_that_sleeps() {
    let (world, test_broker) = (World::new().await, TestBroker::new());
    let broker = broker(&test_broker, &test_broker.url);
    let relay = start(&world, &broker);
    // By now the relay sleeps for as long as it ever does.
    tokio::time::sleep(Duration::from_secs(2)).await;
    world.upload(&crate::files::file_of(crate::world::METER).build()).await;
    until_empty(&world).await;
    relay.end().await;
    broker.delete_namespace().await.unwrap();
}

#[actix_web::test]
async fn without_a_broker_messages_wait_for_it() {
    let (world, test_broker) = (World::new().await, TestBroker::new());
    let direct = broker(&test_broker, &test_broker.url);
    let way = Way::closed(&test_broker.url).await;
    let relay = start(&world, &broker(&test_broker, &way.url));
    for number in 0..3 {
        enqueue(&world, number).await;
    }
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert_eq!(world.outbox_depth().await, 3);
    let open = way.open().await;
    let (source, stop) = stop::pair();
    let seen = Arc::new(Mutex::new(Vec::new()));
    let consumer = tokio::spawn(consume(direct.clone(), Arc::clone(&seen), stop));
    until_empty(&world).await;
    until("3 messages", async || seen.lock().unwrap().len() == 3).await;

    // The way breaks under the relay, and is there again.
    open.abort();
    enqueue(&world, 4).await;
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert_eq!(world.outbox_depth().await, 1);
    let _open = way.open().await;
    until_empty(&world).await;
    until("the fourth", async || seen.lock().unwrap().len() == 4).await;
    relay.end().await;
    source.stop();
    consumer.await.unwrap();
    direct.delete_namespace().await.unwrap();
}

#[actix_web::test]
async fn a_returned_message_is_not_out() {
    let (world, test_broker) = (World::new().await, TestBroker::new());
    let broker = broker(&test_broker, &test_broker.url);
    let relay = start(&world, &broker);
    enqueue(&world, 1).await;
    until_empty(&world).await;
    // The broker acks what no queue takes, and returns it.
    let connection = Connection::connect(&test_broker.url, ConnectionProperties::default()).await.unwrap();
    let channel = connection.create_channel().await.unwrap();
    let queue = format!("{}.register", test_broker.namespace);
    channel.queue_delete(queue.into(), QueueDeleteOptions::default()).await.unwrap();
    enqueue(&world, 2).await;
    until_empty(&world).await;
    assert_eq!(broker.depths().await.unwrap()["register"], 1, "the second, in the queue made anew");
    relay.end().await;
    broker.delete_namespace().await.unwrap();
}

#[actix_web::test]
async fn what_a_killed_relay_published_is_published_again() {
    let (world, test_broker) = (World::new().await, TestBroker::new());
    let broker = broker(&test_broker, &test_broker.url);
    enqueue(&world, 1).await;
    // It leased, published, and was killed before it deleted. Then its lease ran out.
    let now = world.clock.machine_now();
    let leased = world.machinery(move |tx| schema::outbox::lease(tx, now, now, any("register"))).await;
    broker.publisher().publish(&Work::from_json(&leased[0].body).unwrap()).await.unwrap();
    let relay = start(&world, &broker);
    until_empty(&world).await;
    assert_eq!(broker.depths().await.unwrap()["register"], 2);
    relay.end().await;
    broker.delete_namespace().await.unwrap();
}

#[actix_web::test]
async fn what_cannot_be_read_is_in_nobodys_way() {
    let (world, test_broker) = (World::new().await, TestBroker::new());
    let broker = broker(&test_broker, &test_broker.url);
    let now = world.clock.machine_now();
    let enqueue_unreadable = async |said: &'static str, age: TimeDelta| {
        let put = move |tx: &mut schema::Tx<'_>| {
            let body = &serde_json::json!({ "work": said });
            let message = schema::outbox::NewMessage { queue: "register", body, created_at: now - age };
            schema::outbox::enqueue(tx, &message)
        };
        world.of(ACME, put).await;
    };
    // Of a newer version, whose relay may take it; and what nobody has taken for longer than anything should wait.
    enqueue_unreadable("unheard of", TimeDelta::zero()).await;
    enqueue_unreadable("out of use", TimeDelta::minutes(6)).await;
    enqueue(&world, 1).await;
    let relay = start(&world, &broker);
    until_depth(&world, 1).await;
    assert_eq!(broker.depths().await.unwrap()["register"], 1);
    relay.end().await;
    let letters = world.of(ACME, |tx| dead_letters::list(tx, &LetterFilter::default(), 9)).await;
    let [letter] = &letters[..] else { panic!("one letter: {letters:?}") };
    let raw = String::from_utf8(letter.raw.clone().unwrap()).unwrap();
    assert_eq!((letter.queue.as_str(), raw.as_str()), ("register", r#"{"work":"out of use"}"#));
    assert!(letter.reason.contains("cannot be read"), "{}", letter.reason);
    broker.delete_namespace().await.unwrap();
}

/// A relay at work.
struct Running {
    source: StopSource,
    task: JoinHandle<()>,
}

impl Running {
    async fn end(self) {
        self.source.stop();
        tokio::time::timeout(Duration::from_secs(10), self.task).await.expect("a graceful end").unwrap();
    }
}

fn start(world: &World, broker: &Broker) -> Running {
    let (source, stop) = stop::pair();
    let wake = Arc::clone(&world.wake);
    let relay = Relay::new(world.db.clone(), world.clock.clone(), broker, wake, Duration::from_mins(5));
    Running { source, task: tokio::spawn(relay::run(relay, stop)) }
}

fn broker(test_broker: &TestBroker, url: &str) -> Broker {
    Broker::new(BrokerSettings::new(url, &test_broker.namespace), "test")
}

async fn enqueue(world: &World, number: u128) {
    enqueue_of(world, ACME, number).await;
}

async fn enqueue_of(world: &World, organization_id: Uuid, number: u128) {
    let work = Work::Register { organization_id, upload_id: Uuid::from_u128(number) };
    let now = world.clock.machine_now();
    world
        .of(organization_id, move |tx| {
            let body = &work.to_json().unwrap();
            let queue = work.queue().as_str();
            schema::outbox::enqueue(tx, &schema::outbox::NewMessage { queue, body, created_at: now })
        })
        .await;
}

/// Whether no message of an organization waits in the outbox; others' are left as they are.
async fn published_of(world: &World, organization_id: Uuid) -> bool {
    let now = world.clock.machine_now();
    let far = now + TimeDelta::hours(1);
    let waiting = world.machinery(move |tx| {
        // Leases that end at once.
        schema::outbox::lease(tx, far, now, any("register"))
    });
    waiting.await.iter().all(|message| message.organization_id != organization_id)
}

/// Takes messages and keeps in which order they came, by their organizations.
async fn consume(broker: Broker, seen: Arc<Mutex<Vec<Uuid>>>, stop: Stop) {
    let handler = move |message: Message| {
        let seen = Arc::clone(&seen);
        async move {
            seen.lock().unwrap().push(message.work.organization_id());
            Disposition::Ack
        }
    };
    broker.consume(Queue::Register, 2, stop, handler).await;
}

async fn until(what: &str, mut look: impl AsyncFnMut() -> bool) {
    let begun = Instant::now();
    while !look().await {
        assert!(begun.elapsed() < PATIENCE, "waited in vain for {what}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

async fn until_empty(world: &World) {
    until_depth(world, 0).await;
}

async fn until_depth(world: &World, depth: i64) {
    let begun = Instant::now();
    while world.outbox_depth().await != depth {
        assert!(begun.elapsed() < PATIENCE, "{} messages wait", world.outbox_depth().await);
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

/// A port that leads to the broker while it is open.
struct Way {
    url: String,
    from: String,
    to: String,
}

impl Way {
    async fn closed(url: &str) -> Self {
        let (credentials, rest) = url.split_once('@').unwrap();
        let (to, path) = rest.split_once('/').unwrap();
        let free = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let from = free.local_addr().unwrap().to_string();
        Self { url: format!("{credentials}@{from}/{path}"), from, to: to.to_owned() }
    }

    /// Open until the task is aborted, which breaks the connections as well.
    async fn open(&self) -> JoinHandle<()> {
        let listener = TcpListener::bind(&self.from).await.unwrap();
        let to = self.to.clone();
        tokio::spawn(async move {
            let mut connections = tokio::task::JoinSet::new();
            while let Ok((mut near, _)) = listener.accept().await {
                let mut far = TcpStream::connect(&to).await.unwrap();
                connections.spawn(async move { tokio::io::copy_bidirectional(&mut near, &mut far).await });
            }
        })
    }
}
