//! A link that breaks: what it carries to the service is cut, or held, after so many bytes of each connection.

use std::collections::VecDeque;
use std::io::{self, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex};
use std::thread;

/// Random numbers of bytes, the same for the same seed.
pub fn cuts(seed: u64, count: usize, bytes_max: u64) -> VecDeque<u64> {
    let mut state = seed;
    let mut next = || {
        // SplitMix64.
        state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    };
    (0..count).map(|_| 1 + next() % bytes_max).collect()
}

/// A link; it ends with the test.
pub struct Link {
    url: String,
    state: Arc<State>,
}

struct State {
    upstream: Mutex<String>,
    /// Of the next connections; those after them are whole.
    budgets: Mutex<VecDeque<u64>>,
    connections: AtomicUsize,
    bytes: AtomicU64,
    holds: AtomicBool,
    held: Mutex<Held>,
    changed: Condvar,
}

#[derive(Default)]
struct Held {
    begun: bool,
    released: bool,
}

impl Link {
    pub fn start(server: &str, budgets: VecDeque<u64>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let state = Arc::new(State {
            upstream: Mutex::new(host(server)),
            budgets: Mutex::new(budgets),
            connections: AtomicUsize::new(0),
            bytes: AtomicU64::new(0),
            holds: AtomicBool::new(false),
            held: Mutex::default(),
            changed: Condvar::new(),
        });
        let shared = Arc::clone(&state);
        thread::spawn(move || {
            for client in listener.incoming() {
                let (client, state) = (client.unwrap(), Arc::clone(&shared));
                let budget = state.budgets.lock().unwrap().pop_front();
                state.connections.fetch_add(1, Ordering::SeqCst);
                thread::spawn(move || carry(&client, budget, &state));
            }
        });
        Self { url, state }
    }

    pub fn url(&self) -> String {
        self.url.clone()
    }

    /// Connections so far.
    pub fn connections(&self) -> usize {
        self.state.connections.load(Ordering::SeqCst)
    }

    /// Bytes to the service so far.
    pub fn bytes(&self) -> u64 {
        self.state.bytes.load(Ordering::SeqCst)
    }

    /// Connections are held before they are cut.
    pub fn hold(&self) {
        self.state.holds.store(true, Ordering::SeqCst);
    }

    /// Waits until one is held.
    pub fn until_held(&self) {
        let held = self.state.held.lock().unwrap();
        drop(self.state.changed.wait_while(held, |held| !held.begun).unwrap());
    }

    /// Cuts what is held.
    pub fn release(&self) {
        self.state.held.lock().unwrap().released = true;
        self.state.changed.notify_all();
    }

    /// New connections lead to another process.
    pub fn lead_to(&self, server: &str) {
        *self.state.upstream.lock().unwrap() = host(server);
    }
}

fn host(server: &str) -> String {
    server.strip_prefix("http://").unwrap().to_owned()
}

fn carry(client: &TcpStream, budget: Option<u64>, state: &State) {
    let upstream = state.upstream.lock().unwrap().clone();
    if let Ok(server) = TcpStream::connect(upstream) {
        let (mut from, mut to) = (server.try_clone().unwrap(), client.try_clone().unwrap());
        thread::spawn(move || {
            let _ = io::copy(&mut from, &mut to);
            let _ = to.shutdown(Shutdown::Both);
        });
        let cut = send(client, &server, budget.unwrap_or(u64::MAX), state);
        if cut && state.holds.load(Ordering::SeqCst) {
            let mut held = state.held.lock().unwrap();
            held.begun = true;
            state.changed.notify_all();
            drop(state.changed.wait_while(held, |held| !held.released).unwrap());
        }
        let _ = server.shutdown(Shutdown::Both);
    }
    let _ = client.shutdown(Shutdown::Both);
}

/// Whether the budget was spent.
fn send(mut client: &TcpStream, mut server: &TcpStream, mut budget: u64, state: &State) -> bool {
    let mut piece = [0; 16 * 1024];
    loop {
        let Ok(read @ 1..) = client.read(&mut piece) else { return false };
        let sent = budget.min(read as u64);
        let part = &piece[..usize::try_from(sent).unwrap()];
        if server.write_all(part).is_err() {
            return false;
        }
        state.bytes.fetch_add(sent, Ordering::SeqCst);
        budget -= sent;
        if budget == 0 {
            return true;
        }
    }
}
