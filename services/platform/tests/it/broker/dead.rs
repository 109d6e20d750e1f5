//! What the broker put aside is collected, and leaves it only when it is kept elsewhere.

use platform::broker::{Dead, Disposition, Queue};
use platform::stop;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use test_support::broker::TestBroker;

use super::{Handler, broker, consume, end_consuming, publish_rubbish, work};
use crate::support::eventually;

#[tokio::test(flavor = "multi_thread")]
async fn rubbish_and_what_came_back_too_often_are_collected() {
    let test = TestBroker::new();
    let broker = broker(&test, &test.url);
    broker.declare().await.unwrap();
    publish_rubbish(&test).await;
    broker.publisher().publish(&work(1)).await.unwrap();
    let handler = Handler::default();
    let back = Disposition::Retry { after: Duration::ZERO };
    let (source, task) = consume(&broker, &handler, move |_, _| back.clone());
    eventually("two put aside", async || broker.depths().await.unwrap()["dead"] == 2).await;
    end_consuming(source, task).await;

    let (source, stop) = stop::pair();
    let shown: Arc<Mutex<Vec<Dead>>> = Arc::default();
    let collecting = {
        let (broker, shown) = (broker.clone(), shown.clone());
        tokio::spawn(async move {
            let keep = |dead| {
                let mut shown = shown.lock().unwrap();
                shown.push(dead);
                // The first time nobody can keep it.
                let is_kept = shown.len() > 1;
                async move { is_kept }
            };
            broker.collect_dead(stop, keep).await;
        })
    };
    eventually("all collected", async || shown.lock().unwrap().len() == 3).await;
    end_consuming(source, collecting).await;
    let shown = shown.lock().unwrap().clone();
    assert_eq!((shown[0].queue, &*shown[0].cause), (Some(Queue::Register), "rejected"));
    let unreadable = shown[0].work.clone().unwrap_err();
    assert_eq!(unreadable.body, b"{}");
    assert!(unreadable.error.contains("missing field `work`"), "{}", unreadable.error);
    assert_eq!(shown[1].work.clone().unwrap_err(), unreadable, "shown again until it is kept");
    assert_eq!((shown[2].queue, &*shown[2].cause), (Some(Queue::Register), "delivery_limit"));
    assert_eq!(shown[2].work.clone().unwrap(), work(1));
    assert_eq!(broker.depths().await.unwrap()["dead"], 0);
    broker.delete_namespace().await.unwrap();
}
