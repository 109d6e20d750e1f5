//! Where messages lie until a worker is free for them, and the workers.

use lapin::message::Delivery;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};
use tokio::sync::mpsc;
use tokio::task::JoinSet;

use super::settle::{Disposition, Message, settle};
use super::turns::{Place, Turns};
use super::{Queue, Work};
use crate::stop::Stop;

/// A consumer's messages and workers.
pub(super) struct Desk<H> {
    pub(super) queue: Queue,
    handler: H,
    turns: Turns<Delivery>,
    tasks: JoinSet<()>,
    /// To be cloned into places.
    leave: mpsc::UnboundedSender<Place>,
    left: mpsc::UnboundedReceiver<Place>,
}

impl<H> Desk<H> {
    pub(super) fn new(queue: Queue, workers: u16, handler: H) -> Self {
        let (leave, left) = mpsc::unbounded_channel();
        Self { queue, handler, turns: Turns::new(workers.into()), tasks: JoinSet::new(), leave, left }
    }

    /// Those not begun for so long; they are not the desk's any more.
    pub(super) fn take_older(&mut self, age: Duration) -> Vec<Delivery> {
        self.turns.take_older(age, Instant::now())
    }

    /// Returns when a worker is free that was not before.
    pub(super) async fn changed(&mut self) {
        loop {
            tokio::select! {
                // There is always a sender: ours.
                place = self.left.recv() => {
                    if let Some(place) = place {
                        self.turns.end(&place);
                    }
                    return;
                }
                Some(_) = self.tasks.join_next(), if !self.tasks.is_empty() => {}
            }
        }
    }

    /// Waits for those at work, at most for this time.
    pub(super) async fn end(&mut self, grace: Duration) {
        let tasks = &mut self.tasks;
        if tokio::time::timeout(grace, async { while tasks.join_next().await.is_some() {} }).await.is_err() {
            let left = tasks.len();
            tracing::warn!(queue = self.queue.as_str(), left, "work did not end in time and is handed back");
            tasks.abort_all();
        }
    }
}

impl<H, F> Desk<H>
where
    H: Fn(Message) -> F + Clone + Send + Sync + 'static,
    F: Future<Output = Disposition> + Send + 'static,
{
    /// A message that is ours now.
    pub(super) fn take(&mut self, delivery: Delivery, session: &Stop) {
        match serde_json::from_slice::<Work>(&delivery.data) {
            Ok(work) => self.turns.push(&work, delivery, Instant::now()),
            // Nobody's turn: it is put aside without being worked on.
            Err(_) => {
                self.tasks.spawn(settle(delivery, self.queue, self.handler.clone(), session.clone()));
            }
        }
    }

    /// Begins what can be begun.
    pub(super) fn begin(&mut self, session: &Stop) {
        while let Some((place, delivery)) = self.turns.begin() {
            let handler = placed(self.handler.clone(), Taken { place, leave: self.leave.clone() });
            self.tasks.spawn(settle(delivery, self.queue, handler, session.clone()));
        }
    }
}

/// A place that is left when this is dropped.
struct Taken {
    place: Place,
    leave: mpsc::UnboundedSender<Place>,
}

impl Drop for Taken {
    fn drop(&mut self) {
        // A desk that is gone counts no places.
        let _ = self.leave.send(self.place.clone());
    }
}

/// The handler at a place, which it leaves with its verdict: a message that is held until it is tried again is in
/// nobody's way. Only a pause keeps it, as everybody waits for the same then.
fn placed<H, F>(handler: H, taken: Taken) -> impl Fn(Message) -> Placed
where
    H: Fn(Message) -> F + Clone + Send + Sync + 'static,
    F: Future<Output = Disposition> + Send + 'static,
{
    let slot = Arc::new(Mutex::new(Some(taken)));
    move |message| {
        let (slot, handler) = (Arc::clone(&slot), handler.clone());
        Box::pin(async move {
            let taken = slot.lock().unwrap_or_else(PoisonError::into_inner).take();
            let verdict = handler(message).await;
            if verdict == Disposition::Pause {
                *slot.lock().unwrap_or_else(PoisonError::into_inner) = taken;
            }
            verdict
        })
    }
}

type Placed = std::pin::Pin<Box<dyn Future<Output = Disposition> + Send>>;
