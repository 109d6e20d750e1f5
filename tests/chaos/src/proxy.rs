//! A TCP proxy that does harm: it cuts, delays, stalls, and loses answers.

use std::io::{Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::SeqCst};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

/// Between two looks whether a stall is over.
const STALL_TICK: Duration = Duration::from_millis(10);
/// Of what passes at once.
const PIECE_BYTES: usize = 16 * 1024;

/// A proxy on a port of its own; all its connections end with this value.
pub struct Proxy {
    address: SocketAddr,
    state: Arc<State>,
}

#[derive(Default)]
struct State {
    /// Nobody is there: connections are closed at once.
    target: Mutex<Option<SocketAddr>>,
    delay_ms: AtomicU64,
    stalled: AtomicBool,
    loses_answers: AtomicBool,
    /// Pieces that did not arrive.
    lost: AtomicU64,
    ended: AtomicBool,
    /// Both ends of each connection.
    open: Mutex<Vec<[TcpStream; 2]>>,
}

/// Which way a piece goes.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Way {
    There,
    Back,
}

impl Proxy {
    /// In front of this address, if it is known yet.
    pub fn new(target: Option<SocketAddr>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let address = listener.local_addr().expect("its address");
        let state = Arc::new(State { target: Mutex::new(target), ..State::default() });
        let shared = Arc::clone(&state);
        thread::spawn(move || {
            for client in listener.incoming() {
                if shared.ended.load(SeqCst) {
                    return;
                }
                if let Ok(client) = client {
                    connect(&shared, client);
                }
            }
        });
        Self { address, state }
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// From now on it is in front of this address.
    pub fn set_target(&self, target: Option<SocketAddr>) {
        *held(&self.state.target) = target;
    }

    /// Breaks all connections.
    pub fn cut(&self) {
        for stream in held(&self.state.open).drain(..).flatten() {
            // Whoever was quicker has closed it.
            let _ = stream.shutdown(Shutdown::Both);
        }
    }

    /// Every piece comes so much later.
    pub fn delay(&self, ms: u64) {
        self.state.delay_ms.store(ms, SeqCst);
    }

    /// Nothing passes, or everything goes on.
    pub fn stall(&self, stalled: bool) {
        self.state.stalled.store(stalled, SeqCst);
    }

    /// What is answered is thrown away. A connection that lost something passes nothing back any more; [`Proxy::calm`] cuts
    /// it.
    pub fn lose_answers(&self, loses: bool) {
        self.state.loses_answers.store(loses, SeqCst);
    }

    /// How many pieces of answers were lost so far.
    pub fn lost(&self) -> u64 {
        self.state.lost.load(SeqCst)
    }

    /// Does no harm from now on.
    pub fn calm(&self) {
        if self.state.loses_answers.swap(false, SeqCst) {
            self.cut();
        }
        self.delay(0);
        self.stall(false);
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.state.ended.store(true, SeqCst);
        self.calm();
        self.cut();
        // Wakes the one who accepts.
        let _ = TcpStream::connect(self.address);
    }
}

fn connect(state: &Arc<State>, client: TcpStream) {
    let Some(target) = *held(&state.target) else { return };
    let Ok(server) = TcpStream::connect(target) else { return };
    let _ = (client.set_nodelay(true), server.set_nodelay(true));
    let ends = || Some([client.try_clone().ok()?, server.try_clone().ok()?]);
    let (Some(open), Some([client_end, server_end])) = (ends(), ends()) else { return };
    held(&state.open).push(open);
    pump(Arc::clone(state), client, server_end, Way::There);
    pump(Arc::clone(state), server, client_end, Way::Back);
}

/// Passes pieces on until either end closes.
fn pump(state: Arc<State>, mut from: TcpStream, mut to: TcpStream, way: Way) {
    thread::spawn(move || {
        let (mut piece, mut lost) = (vec![0; PIECE_BYTES], false);
        while let Ok(length @ 1..) = from.read(&mut piece) {
            let delay = state.delay_ms.load(SeqCst);
            if delay > 0 {
                thread::sleep(Duration::from_millis(delay));
            }
            while state.stalled.load(SeqCst) {
                thread::sleep(STALL_TICK);
            }
            lost |= way == Way::Back && state.loses_answers.load(SeqCst);
            if lost {
                state.lost.fetch_add(1, SeqCst);
                continue;
            }
            if to.write_all(&piece[..length]).is_err() {
                break;
            }
        }
        // A half-closed connection is of no use to any of the protocols here.
        let _ = (from.shutdown(Shutdown::Both), to.shutdown(Shutdown::Both));
        let gone = |end: &TcpStream| end.peer_addr().is_err();
        held(&state.open).retain(|ends| !ends.iter().all(gone));
    });
}

fn held<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
