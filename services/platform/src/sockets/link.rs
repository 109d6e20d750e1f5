//! What the requests of a connection and its socket tell each other.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::rc::Rc;
use std::task::Waker;
use tokio::time::Instant;

use super::socket::SocketLimits;

/// A connection, as its requests see it: `HttpRequest::conn_data` has it. Stays on the connection's thread.
#[derive(Debug, Clone)]
pub struct Link(Rc<State>);

#[derive(Debug)]
struct State {
    encrypted: bool,
    http2: bool,
    /// Requests whose answers are not wholly taken over by the framework.
    in_flight: Cell<usize>,
    /// Since when there are none.
    quiet_since: Cell<Instant>,
    /// Since when a head is coming in.
    head_since: Cell<Option<Instant>>,
    /// When patience with the reader of an answer ends, by its number.
    readers: RefCell<BTreeMap<u64, Instant>>,
    next_reader: Cell<u64>,
    /// Of who drives the socket.
    waker: RefCell<Option<Waker>>,
}

/// Why a connection is ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cut {
    /// A head that came too slowly.
    Head,
    /// Nothing was asked for too long.
    Idle,
    /// What was asked for is not read.
    Stall,
}

impl Cut {
    /// As metrics name it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Head => "head",
            Self::Idle => "idle",
            Self::Stall => "stall",
        }
    }
}

/// A request of a connection, until its answer is dropped.
#[derive(Debug)]
pub struct OnLink(Link);

impl Link {
    /// Of a new connection.
    pub(super) fn new(encrypted: bool, http2: bool) -> Self {
        Self(Rc::new(State {
            encrypted,
            http2,
            in_flight: Cell::new(0),
            quiet_since: Cell::new(Instant::now()),
            head_since: Cell::new(None),
            readers: RefCell::default(),
            next_reader: Cell::new(0),
            waker: RefCell::default(),
        }))
    }

    /// Whether it is TLS.
    pub fn is_encrypted(&self) -> bool {
        self.0.encrypted
    }

    /// Whether many answers share the connection, so that the socket does not know which of them is not read.
    pub(super) fn is_shared(&self) -> bool {
        self.0.http2
    }

    /// A request came.
    pub(super) fn begin(&self) -> OnLink {
        self.0.in_flight.set(self.0.in_flight.get() + 1);
        self.0.head_since.set(None);
        OnLink(self.clone())
    }

    /// Bytes came. Of HTTP/2 they may be anything.
    pub(super) fn heard(&self, now: Instant) {
        if !self.0.http2 && self.0.in_flight.get() == 0 && self.0.head_since.get().is_none() {
            self.0.head_since.set(Some(now));
        }
    }

    /// A number for the reader of an answer.
    pub(super) fn reader(&self) -> u64 {
        let number = self.0.next_reader.get();
        self.0.next_reader.set(number + 1);
        number
    }

    /// When patience with this reader ends; none when it is not its turn.
    pub(super) fn awaits(&self, reader: u64, ends: Option<Instant>) {
        let mut readers = self.0.readers.borrow_mut();
        match ends {
            Some(ends) => {
                readers.insert(reader, ends);
                drop(readers);
                self.wake();
            }
            None => {
                readers.remove(&reader);
            }
        }
    }

    /// When the connection has to end unless something happens, and why.
    pub(super) fn ends(&self, limits: &SocketLimits) -> Option<(Instant, Cut)> {
        let reader = self.0.readers.borrow().values().min().map(|ends| (*ends, Cut::Stall));
        if self.0.in_flight.get() > 0 {
            return reader;
        }
        let quiet_since = self.0.quiet_since.get();
        // The framework ends what is silent; one that begins a head in the last moment has the time for it.
        let grace = if self.0.http2 { limits.keep_alive } else { limits.keep_alive + limits.head };
        let idle = (quiet_since + grace, Cut::Idle);
        let head = self.0.head_since.get().map(|since| (since + limits.head, Cut::Head));
        [Some(idle), head, reader].into_iter().flatten().min_by_key(|(at, _)| *at)
    }

    /// Who to wake when that changes.
    pub(super) fn driven_by(&self, waker: &Waker) {
        let mut kept = self.0.waker.borrow_mut();
        if !kept.as_ref().is_some_and(|kept| kept.will_wake(waker)) {
            *kept = Some(waker.clone());
        }
    }

    fn wake(&self) {
        if let Some(waker) = self.0.waker.borrow().as_ref() {
            waker.wake_by_ref();
        }
    }
}

impl Drop for OnLink {
    fn drop(&mut self) {
        let state = &self.0.0;
        state.in_flight.set(state.in_flight.get().saturating_sub(1));
        if state.in_flight.get() == 0 {
            state.quiet_since.set(Instant::now());
            self.0.wake();
        }
    }
}
