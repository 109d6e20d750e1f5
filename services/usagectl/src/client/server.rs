//! A server's address as people write it.

use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;

use ureq::http::Uri;

/// `http://host[:port][/prefix]`, kept without a slash at its end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServerUrl(String);

/// A text that is no such address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a server is written http://host:port or https://host")]
pub struct NotAServer;

impl FromStr for ServerUrl {
    type Err = NotAServer;

    fn from_str(text: &str) -> Result<Self, NotAServer> {
        let text = text.trim_end_matches('/');
        let uri: Uri = text.parse().map_err(|_| NotAServer)?;
        let web = matches!(uri.scheme_str(), Some("http" | "https"));
        let plain = uri.query().is_none()
            && uri.authority().is_some_and(|authority| !authority.as_str().contains('@'));
        if web && plain { Ok(Self(text.to_owned())) } else { Err(NotAServer) }
    }
}

impl fmt::Display for ServerUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl ServerUrl {
    /// Whether what is sent there can be read on the way.
    pub fn is_open_to_readers(&self) -> bool {
        self.0.starts_with("http:") && !is_loopback(&self.0)
    }
}

/// Whether the address is this machine itself.
pub(super) fn is_loopback(server: &str) -> bool {
    let uri = server.parse::<Uri>().ok();
    let host = uri.as_ref().and_then(Uri::host).map(|host| host.trim_matches(['[', ']']));
    host.is_some_and(|host| host == "localhost" || host.parse().is_ok_and(|ip: IpAddr| ip.is_loopback()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_lose_their_last_slash() {
        let read = |text: &str| text.parse::<ServerUrl>().map(|server| server.to_string());
        assert_eq!(read("http://localhost:8080/"), Ok("http://localhost:8080".into()));
        assert_eq!(read("https://usage.example/api/"), Ok("https://usage.example/api".into()));
        for text in ["", "localhost:8080", "ftp://a", "http://", "http://a?b=c", "http://me:secret@a"] {
            assert_eq!(read(text), Err(NotAServer), "{text}");
        }
    }

    #[test]
    fn loopback_is_this_machine_only() {
        for server in ["http://localhost:1", "http://127.0.0.9", "http://[::1]:8080"] {
            assert!(is_loopback(server), "{server}");
        }
        for server in ["http://localhost.example", "http://10.0.0.1", "http://[::2]"] {
            assert!(!is_loopback(server), "{server}");
        }
    }
}
