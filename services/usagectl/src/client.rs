//! The REST API as a client sees it: one call out, one answer back, the log-in renewed on the way.

mod call;
mod credential;
mod error;
mod list;
mod problem;
mod server;
mod trust;

use std::io::Read;
use std::path::Path;
use std::time::Duration;

use serde::de::DeserializeOwned;
use ureq::http::{HeaderMap, Response, StatusCode};
use ureq::{Agent, Body};

pub use call::{Call, Payload};
pub use credential::{Credential, Tokens};
pub use error::ClientError;
pub use list::Page;
pub use problem::{Problem, Reason};
pub use server::ServerUrl;

/// Connecting takes no longer.
const CONNECT: Duration = Duration::from_secs(15);
/// No answer, nor the next bytes of one, for so long: the server is taken to be gone. An upload is answered
/// only when it is safe on disk, so this is generous.
const SILENCE: Duration = Duration::from_mins(3);
/// The largest JSON answer that is read whole, in bytes.
const JSON_BYTES: u64 = 256 << 20;
/// The largest problem document that is read, in bytes.
const PROBLEM_BYTES: u64 = 1 << 20;
/// How often a call is made again because the server asked for a pause, and the longest such pause.
const PAUSES: u32 = 5;
const PAUSE: Duration = Duration::from_mins(1);

/// A connection to one server under one credential.
#[derive(Debug)]
pub struct Client {
    agent: Agent,
    server: String,
    credential: Credential,
}

impl Client {
    /// A client for `server`, whose certificate one of these authorities has signed: a PEM file, or the system's.
    pub fn new(
        server: impl Into<String>,
        authorities: Option<&Path>,
        credential: Credential,
    ) -> Result<Self, ClientError> {
        let server = server.into();
        Ok(Self { agent: agent(&server, authorities)?, server, credential })
    }

    /// The server's address.
    pub fn server(&self) -> &str {
        &self.server
    }

    /// What the client shows to be let in.
    pub fn credential(&self) -> &Credential {
        &self.credential
    }

    /// Makes a call; an expired log-in is refreshed once and the call made again.
    pub fn send(&mut self, call: &Call) -> Result<Response<Body>, ClientError> {
        let first = exchange(&self.agent, &self.server, self.credential.token(), call);
        match first {
            Err(error) if error.problem(&[401]).is_some() => {
                if !self.credential.refresh(&self.agent, &self.server)? {
                    return Err(error);
                }
                exchange(&self.agent, &self.server, self.credential.token(), call)
            }
            answer => answer,
        }
    }

    /// Makes a call and reads its JSON answer.
    pub fn json<T: DeserializeOwned>(&mut self, call: &Call) -> Result<T, ClientError> {
        let answer = self.send(call)?;
        read_json(&self.server, answer)
    }

    /// Makes sure that the log-in is fresh before something large is sent under it: a server that turns a
    /// request away closes the connection while we are still sending, and its answer is lost.
    pub fn freshen(&mut self) -> Result<(), ClientError> {
        match self.credential {
            Credential::Session(..) => self.send(&Call::get("/v1/auth/me")).map(drop),
            Credential::Token(_) | Credential::None => Ok(()),
        }
    }
}

fn agent(server: &str, authorities: Option<&Path>) -> Result<Agent, ClientError> {
    let config = Agent::config_builder()
        .http_status_as_error(false)
        .user_agent(concat!("usagectl/", env!("CARGO_PKG_VERSION")))
        .accept("application/json, application/problem+json")
        .timeout_connect(Some(CONNECT))
        .timeout_per_read(Some(SILENCE))
        .timeout_per_write(Some(SILENCE))
        // Redirects could carry a token or a body elsewhere; the API has none.
        .max_redirects(0)
        .max_redirects_will_error(false);
    // A proxy cannot reach this machine's own loopback address.
    let config = if server::is_loopback(server) { config.proxy(None) } else { config };
    let config = if server.starts_with("https:") {
        config.tls_config(trust::tls_config(authorities)?)
    } else {
        config
    };
    Ok(config.build().new_agent())
}

/// Makes a call, and again after each pause that the server asks for. Anything but 2xx is an error.
fn exchange(
    agent: &Agent,
    server: &str,
    token: Option<&str>,
    call: &Call,
) -> Result<Response<Body>, ClientError> {
    let mut pauses = 0;
    loop {
        let answer = call.attempt(agent, server, token).map_err(|source| {
            trust::refused(server, &source)
                .unwrap_or_else(|| ClientError::Network { server: server.to_owned(), source })
        })?;
        if answer.status().is_success() {
            return Ok(answer);
        }
        match pause(answer.status(), answer.headers()) {
            Some(pause) if pauses < PAUSES => {
                pauses += 1;
                std::thread::sleep(pause);
            }
            Some(_) | None => return Err(ClientError::Problem(Box::new(read_problem(answer)))),
        }
    }
}

/// How long a busy server asks us to wait, when that is bearable.
fn pause(status: StatusCode, headers: &HeaderMap) -> Option<Duration> {
    if !matches!(status, StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE) {
        return None;
    }
    let seconds = headers.get("retry-after")?.to_str().ok()?.parse().ok()?;
    Some(Duration::from_secs(seconds)).filter(|pause| *pause <= PAUSE)
}

fn read_problem(answer: Response<Body>) -> Problem {
    let (head, body) = answer.into_parts();
    let mut bytes = Vec::new();
    // Half a problem document is no worse than none: the status says the rest.
    let _ = body.into_reader().take(PROBLEM_BYTES).read_to_end(&mut bytes);
    let request_id = head.headers.get("x-request-id").and_then(|id| id.to_str().ok());
    Problem::read(head.status, &bytes, request_id)
}

fn read_json<T: DeserializeOwned>(server: &str, answer: Response<Body>) -> Result<T, ClientError> {
    let network = |source| ClientError::Network { server: server.to_owned(), source };
    let bytes = answer.into_body().into_with_config().limit(JSON_BYTES).read_to_vec().map_err(network)?;
    let strange = |source| ClientError::Strange { server: server.to_owned(), source };
    serde_json::from_slice(&bytes).map_err(strange)
}
