//! The other end of a connection, down to its bytes.

use std::io::{ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::{Duration, Instant};

use tokio::net::TcpSocket;

/// Longer than anything takes on a busy machine.
const DEADLINE: Duration = Duration::from_mins(1);
/// Between two bytes of who takes its time.
const TRICKLE: Duration = Duration::from_millis(50);

/// A connection, and what came over it.
pub struct Peer {
    pub stream: TcpStream,
    pub received: Vec<u8>,
}

impl Peer {
    /// From this machine's usual address.
    pub fn of(server: &str) -> Self {
        Self::from("127.0.0.1", server)
    }

    /// From another of the addresses that lead to this machine.
    pub fn from(address: &str, server: &str) -> Self {
        Self::with_buffer(address, server, None)
    }

    /// With room for so many bytes that were not read.
    pub fn with_buffer(address: &str, server: &str, buffer: Option<u32>) -> Self {
        let (_, server) = server.split_once("://").unwrap();
        let server: SocketAddr = server.parse().unwrap();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_io().build().unwrap();
        let stream = runtime.block_on(async {
            let socket = TcpSocket::new_v4().unwrap();
            if let Some(bytes) = buffer {
                socket.set_recv_buffer_size(bytes).unwrap();
            }
            socket.bind(format!("{address}:0").parse().unwrap()).unwrap();
            socket.connect(server).await.unwrap().into_std().unwrap()
        });
        stream.set_nonblocking(false).unwrap();
        stream.set_read_timeout(Some(TRICKLE)).unwrap();
        stream.set_write_timeout(Some(DEADLINE)).unwrap();
        Self { stream, received: Vec::new() }
    }

    /// Sends all of it. A server that has closed already is what the test looks for later.
    pub fn send(mut self, text: &str) -> Self {
        let _ = self.stream.write_all(text.as_bytes());
        self
    }

    /// Waits for a text in what comes.
    #[track_caller]
    pub fn expect(mut self, text: &str) -> Self {
        let begun = Instant::now();
        while !self.text().contains(text) {
            assert!(begun.elapsed() < DEADLINE, "waited in vain for {text}: {}", self.text());
            assert!(self.takes_more(), "closed before {text}: {}", self.text());
        }
        self
    }

    /// Sends these bytes one at a time, over and over, until the server closes the connection.
    #[track_caller]
    pub fn trickle_until_closed(mut self, bytes: &[u8]) -> String {
        let begun = Instant::now();
        for byte in bytes.iter().cycle() {
            assert!(begun.elapsed() < DEADLINE, "not closed: {}", self.text());
            // Waiting for an answer makes the pause.
            if self.stream.write_all(&[*byte]).is_err() || !self.takes_more() {
                break;
            }
        }
        self.until_closed()
    }

    /// Waits until the server closes the connection; what it said is returned.
    #[track_caller]
    pub fn until_closed(mut self) -> String {
        let begun = Instant::now();
        while self.takes_more() {
            assert!(begun.elapsed() < DEADLINE, "not closed: {}", self.text());
        }
        self.text()
    }

    /// Whether the connection is open, after a moment for what comes.
    pub fn takes_more(&mut self) -> bool {
        let mut bytes = [0; 16 * 1024];
        match self.stream.read(&mut bytes) {
            Ok(count) => {
                self.received.extend_from_slice(&bytes[..count]);
                count > 0
            }
            Err(error) => matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut),
        }
    }

    fn text(&self) -> String {
        String::from_utf8_lossy(&self.received).into_owned()
    }
}
