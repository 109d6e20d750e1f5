//! Calls to the provider: bounded in time and bytes, and led nowhere else.

use platform::tls::{self, TlsError};
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Map, Value};
use std::path::Path;
use std::time::Duration;
use ureq::http::Response;
use ureq::http::header::AUTHORIZATION;
use ureq::tls::{Certificate, RootCerts, TlsConfig};
use ureq::{Agent, Body};

use super::error::OidcError;

const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
/// For everything from the first to the last byte.
const CALL_TIMEOUT: Duration = Duration::from_secs(10);
/// A provider's keys and tokens have a tenth of this.
const ANSWER_BYTES_MAX: u64 = 256 * 1024;

/// A client of the provider. Blocks: not for threads that answer requests.
pub struct Http(Agent);

/// What came back.
pub struct Answer {
    /// Of the status line.
    pub status: u16,
    /// Empty unless it is a JSON object.
    pub body: Map<String, Value>,
}

impl Http {
    /// A client that trusts these authorities, or the system's.
    pub fn new(authorities: Option<&Path>) -> Result<Self, TlsError> {
        let trusted = tls::authorities(authorities)?;
        let roots = trusted.iter().map(|certificate| Certificate::from_der(certificate).to_owned());
        let tls = TlsConfig::builder()
            .root_certs(RootCerts::from(roots))
            .unversioned_rustls_crypto_provider(tls::provider())
            .build();
        let config = Agent::config_builder()
            .tls_config(tls)
            .http_status_as_error(false)
            .user_agent(concat!("usage-insight/", env!("CARGO_PKG_VERSION")))
            .accept("application/json")
            .timeout_connect(Some(CONNECT_TIMEOUT))
            .timeout_global(Some(CALL_TIMEOUT))
            .max_redirects(0)
            .max_redirects_will_error(false);
        Ok(Self(config.build().new_agent()))
    }

    /// `GET`.
    pub fn get(&self, url: &str, authorization: Option<&SecretString>) -> Result<Answer, OidcError> {
        let mut request = self.0.get(url);
        if let Some(authorization) = authorization {
            request = request.header(AUTHORIZATION, authorization.expose_secret());
        }
        read(url, request.call())
    }

    /// `POST` of a form.
    pub fn post(
        &self,
        url: &str,
        authorization: Option<&SecretString>,
        form: &[(&str, &str)],
    ) -> Result<Answer, OidcError> {
        let mut request = self.0.post(url);
        if let Some(authorization) = authorization {
            request = request.header(AUTHORIZATION, authorization.expose_secret());
        }
        read(url, request.send_form(form.iter().copied()))
    }
}

impl Answer {
    /// The body of a good answer.
    pub fn ok(self, url: &str) -> Result<Map<String, Value>, OidcError> {
        match self.status {
            200 => Ok(self.body),
            status => Err(OidcError::Strange { url: url.to_owned(), reason: format!("answered {status}") }),
        }
    }
}

fn read(url: &str, answer: Result<Response<Body>, ureq::Error>) -> Result<Answer, OidcError> {
    let unreachable = |cause| OidcError::Unreachable { url: url.to_owned(), cause };
    let (head, body) = answer.map_err(unreachable)?.into_parts();
    let bytes = body.into_with_config().limit(ANSWER_BYTES_MAX).read_to_vec().map_err(unreachable)?;
    Ok(Answer { status: head.status.as_u16(), body: serde_json::from_slice(&bytes).unwrap_or_default() })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::{BufRead, BufReader, Write};
    use std::net::TcpListener;
    use std::thread;

    /// What becomes of an answer that begins with this head and goes on with `bytes` bytes.
    fn ask(head: &str, bytes: usize) -> Result<Answer, OidcError> {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}/", listener.local_addr().unwrap());
        let head = format!("HTTP/1.1 {head}\r\nconnection: close\r\n\r\n");
        let server = thread::spawn(move || {
            let mut stream = listener.accept().unwrap().0;
            let request = BufReader::new(stream.try_clone().unwrap()).lines().map(Result::unwrap);
            assert!(request.take_while(|line| !line.is_empty()).count() > 1);
            // The client may have had enough before the end.
            let _ = stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(&vec![b' '; bytes]));
            drop(stream);
            // Nobody comes a second time.
            listener.set_nonblocking(true).unwrap();
            listener.accept().is_err()
        });
        let answer = Http::new(None).unwrap().get(&url, None);
        assert!(server.join().unwrap());
        answer
    }

    #[test]
    fn a_provider_leads_nowhere_else() {
        let answer = ask("302 Found\r\nlocation: /elsewhere\r\ncontent-length: 0", 0).unwrap();
        assert_eq!(answer.status, 302);
        assert!(matches!(answer.ok("url"), Err(OidcError::Strange { .. })));
    }

    #[test]
    fn an_answer_has_an_end() {
        let bytes_max = usize::try_from(ANSWER_BYTES_MAX).unwrap();
        assert!(ask("200 OK", bytes_max - 1).unwrap().body.is_empty());
        let endless = ask("200 OK", bytes_max + 1).err().unwrap();
        assert!(matches!(endless, OidcError::Unreachable { cause: ureq::Error::BodyExceedsLimit(_), .. }));
    }
}
