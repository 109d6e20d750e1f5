//! What the processes write: no secret, whatever is asked of them, and no line that a caller wrote.

mod forms;
mod given;
mod injection;
mod secrets;

use e2e::{Answer, Service};
use ureq::Agent;
use ureq::http::{Method, Request};

const CLOCK: &str = "2026-10-01T06:00:00Z";

/// Sends a request exactly so.
fn send(service: &Service, method: Method, path: &str, headers: &[(&str, &str)], body: &str) -> Answer {
    let agent: Agent = Agent::config_builder().http_status_as_error(false).build().into();
    let request = Request::builder().method(method).uri(format!("{}{path}", service.server()));
    let request = headers.iter().fold(request, |request, (name, value)| request.header(*name, *value));
    Answer::read(agent.run(request.body(body.to_owned()).expect("a request")).expect("an answer"))
}
