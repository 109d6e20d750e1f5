//! HTTP/2 by hand: as much of it as it takes to misbehave.

use std::io::{ErrorKind, Read, Write};
use std::net::TcpStream;
use std::sync::Arc;
use std::time::{Duration, Instant};

use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};
use test_support::tls::tls_file;

use super::Peer;

const DEADLINE: Duration = Duration::from_mins(1);

pub const HEADERS: u8 = 1;
const SETTINGS: u8 = 4;
const PING: u8 = 6;
const ACK: u8 = 1;
const END_STREAM: u8 = 1;
const END_HEADERS: u8 = 4;
/// Of a frame before its payload: length, type, flags, stream.
const HEAD_BYTES: usize = 9;

/// A connection through TLS.
pub struct Frames {
    stream: StreamOwned<ClientConnection, TcpStream>,
    received: Vec<u8>,
    pings: usize,
}

impl Frames {
    /// Shakes hands, and offers this protocol alone.
    pub fn connect(server: &str, protocol: &[u8]) -> Self {
        let mut roots = RootCertStore::empty();
        roots.add(CertificateDer::from_pem_file(tls_file("ca.pem")).unwrap()).unwrap();
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let config = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
        let mut config = config.unwrap().with_root_certificates(roots).with_no_client_auth();
        config.alpn_protocols = vec![protocol.to_vec()];
        let name = ServerName::try_from("127.0.0.1").unwrap();
        let mut tls = ClientConnection::new(Arc::new(config), name).unwrap();
        let mut stream = Peer::of(server).stream;
        stream.set_read_timeout(Some(DEADLINE)).unwrap();
        tls.complete_io(&mut stream).unwrap();
        Self { stream: StreamOwned::new(tls, stream), received: Vec::new(), pings: 0 }
    }

    /// What the server chose.
    pub fn protocol(&self) -> Option<&[u8]> {
        self.stream.conn.alpn_protocol()
    }

    /// Says how HTTP/2 begins; so many bytes of each answer may come unasked.
    pub fn greet(mut self, window: u32) -> Self {
        self.stream.write_all(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n").unwrap();
        let mut setting = vec![0, 4];
        setting.extend(window.to_be_bytes());
        self.send(SETTINGS, 0, 0, &setting);
        self
    }

    /// Asks for a path; a body is promised unless this is all.
    pub fn ask(&mut self, stream: u32, path: &str, is_all: bool) {
        let method: &[u8] = if is_all { &[0x82] } else { &[0x83] };
        // :scheme https, :authority x, :path, content-type application/json
        let mut head = [method, &[0x87, 0x01, 1, b'x', 0x04, path.len().try_into().unwrap()]].concat();
        head.extend(path.as_bytes());
        head.extend([0x0f, 16, 16]);
        head.extend(b"application/json");
        let flags = if is_all { END_HEADERS | END_STREAM } else { END_HEADERS };
        self.send(HEADERS, flags, stream, &head);
    }

    /// Waits for a frame of a stream.
    #[track_caller]
    pub fn expect(mut self, kind: u8, stream: u32) -> Self {
        loop {
            let next = self.next();
            let (found, of) = next.unwrap_or_else(|| panic!("closed before frame {kind} of {stream}"));
            if (found, of) == (kind, stream) {
                return self;
            }
        }
    }

    /// Waits until the server closes the connection, and answers its pings meanwhile: how many there were.
    #[track_caller]
    pub fn until_closed(mut self) -> usize {
        let begun = Instant::now();
        while self.next().is_some() {
            assert!(begun.elapsed() < DEADLINE, "not closed, after {} pings", self.pings);
        }
        self.pings
    }

    fn send(&mut self, kind: u8, flags: u8, stream: u32, payload: &[u8]) {
        let length = u32::try_from(payload.len()).unwrap().to_be_bytes();
        let mut frame = length[1..].to_vec();
        frame.extend([kind, flags]);
        frame.extend(stream.to_be_bytes());
        frame.extend(payload);
        // A server that has closed is noticed by what comes.
        let _ = self.stream.write_all(&frame).and_then(|()| self.stream.flush());
    }

    /// The next frame's type and stream; none at the end.
    #[track_caller]
    fn next(&mut self) -> Option<(u8, u32)> {
        let begun = Instant::now();
        loop {
            assert!(begun.elapsed() < DEADLINE, "neither a frame nor the end");
            if let Some(head) = self.received.first_chunk::<HEAD_BYTES>().copied() {
                let size = u32::from_be_bytes([0, head[0], head[1], head[2]]) as usize + HEAD_BYTES;
                if self.received.len() >= size {
                    let frame: Vec<u8> = self.received.drain(..size).collect();
                    self.answer(head[3], head[4], &frame[HEAD_BYTES..]);
                    return Some((head[3], u32::from_be_bytes([head[5], head[6], head[7], head[8]])));
                }
            }
            let mut bytes = [0; 16 * 1024];
            match self.stream.read(&mut bytes) {
                Ok(0) => return None,
                Ok(count) => self.received.extend_from_slice(&bytes[..count]),
                Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => {}
                // Without a farewell, or none that got through.
                Err(_) => return None,
            }
        }
    }

    fn answer(&mut self, kind: u8, flags: u8, payload: &[u8]) {
        match (kind, flags & ACK) {
            (SETTINGS, 0) => self.send(SETTINGS, ACK, 0, &[]),
            (PING, 0) => {
                self.pings += 1;
                self.send(PING, ACK, 0, payload);
            }
            _ => {}
        }
    }
}
