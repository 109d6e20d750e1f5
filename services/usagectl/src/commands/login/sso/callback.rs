//! The address on this machine that the browser comes back to.

use std::io::{self, Read, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use super::SsoError;
use crate::print::clean;

/// Part of the address that the service has to allow.
const PATH: &str = "/callback";
/// A browser sends its request at once.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(5);
/// Of a request, with all its headers.
const REQUEST_BYTES_MAX: u64 = 64 * 1024;

/// A listener on a port that the system chose.
pub struct Callback {
    listener: TcpListener,
    port: u16,
}

/// A code, or why there is none.
type Returned = Result<String, SsoError>;

impl Callback {
    pub fn listen() -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        let port = listener.local_addr()?.port();
        Ok(Self { listener, port })
    }

    /// Where the browser comes back to.
    pub fn uri(&self) -> String {
        format!("http://127.0.0.1:{}{PATH}", self.port)
    }

    /// Waits for the browser that brings this state. Others get nothing and end nothing.
    pub fn wait(self, state: String, limit: Duration) -> Returned {
        let (sender, receiver) = mpsc::channel();
        // Ends with the program, which ends when the log-in does.
        thread::spawn(move || {
            for stream in self.listener.incoming().flatten() {
                // A connection that breaks brings nothing.
                if let Ok(Some(returned)) = answer(stream, &state)
                    && sender.send(returned).is_err()
                {
                    return;
                }
            }
        });
        receiver.recv_timeout(limit).unwrap_or(Err(SsoError::TimedOut))
    }
}

fn answer(mut stream: TcpStream, state: &str) -> io::Result<Option<Returned>> {
    stream.set_read_timeout(Some(REQUEST_TIMEOUT))?;
    stream.set_write_timeout(Some(REQUEST_TIMEOUT))?;
    let head = read_head(&stream)?;
    let returned = head.lines().next().and_then(|line| returned(line, state));
    let (status, text) = match &returned {
        Some(Ok(_)) => ("200 OK", "You can close this page: usagectl goes on."),
        Some(Err(_)) => ("200 OK", "The log-in was refused. You can close this page."),
        None => ("404 Not Found", "There is nothing here."),
    };
    write!(
        stream,
        "HTTP/1.1 {status}\r\ncontent-type: text/plain; charset=utf-8\r\ncontent-length: {}\r\n\
         cache-control: no-store\r\nconnection: close\r\n\r\n{text}",
        text.len()
    )?;
    Ok(returned)
}

/// Up to the empty line behind the headers.
fn read_head(stream: &TcpStream) -> io::Result<String> {
    let (mut head, mut stream) = (Vec::new(), stream.take(REQUEST_BYTES_MAX));
    let mut chunk = [0; 4096];
    while !head.windows(4).any(|end| end == b"\r\n\r\n") {
        let read = stream.read(&mut chunk)?;
        if read == 0 {
            break;
        }
        head.extend_from_slice(&chunk[..read]);
    }
    Ok(String::from_utf8_lossy(&head).into_owned())
}

/// What a request line brings back for this state.
fn returned(line: &str, state: &str) -> Option<Returned> {
    let target = line.strip_prefix("GET ")?.split(' ').next()?;
    let query = target.strip_prefix(PATH)?.strip_prefix('?')?;
    let value = |wanted: &str| {
        let mut pairs = form_urlencoded::parse(query.as_bytes());
        pairs.find(|(name, _)| name == wanted).map(|(_, value)| value.into_owned())
    };
    value("state").filter(|returned| returned == state)?;
    match (value("code"), value("error")) {
        (Some(code), None) => Some(Ok(code)),
        (_, Some(error)) => Some(Err(SsoError::Refused(clean(&error)))),
        (None, None) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_browser_brings_a_code_or_a_reason_for_its_state() {
        let of = |line| returned(line, "s s").map(|returned| returned.map_err(|error| error.to_string()));
        assert_eq!(of("GET /callback?code=a%2Fb&state=s+s HTTP/1.1"), Some(Ok("a/b".to_owned())));
        let refused = of("GET /callback?error=access_denied&state=s%20s HTTP/1.1").unwrap().unwrap_err();
        assert!(refused.ends_with("access_denied"), "{refused}");
        for nothing in [
            "GET /callback?code=a&state=other HTTP/1.1",
            "GET /callback?code=a HTTP/1.1",
            "GET /callback?state=s+s HTTP/1.1",
            "GET /callback/x?code=a&state=s+s HTTP/1.1",
            "GET /favicon.ico HTTP/1.1",
            "POST /callback?code=a&state=s+s HTTP/1.1",
            "",
        ] {
            assert_eq!(of(nothing), None, "{nothing}");
        }
    }
}
