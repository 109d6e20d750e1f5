//! `usagectl login --sso`: the service's outside provider signs in with a browser, which comes back to this program
//! (RFC 8252).

mod callback;

use std::io::IsTerminal;
use std::process::{Command, Stdio};
use std::time::Duration;

use serde::Deserialize;
use serde_json::json;

use self::callback::Callback;
use crate::client::{Call, Client, ClientError, Tokens};
use crate::error::Error;
use crate::print::clean;

/// Why there is no log-in by a browser.
#[derive(Debug, thiserror::Error)]
pub enum SsoError {
    /// The service has no provider.
    #[error("{0} has no log-in by --sso: log in with --email EMAIL")]
    NotOffered(String),
    /// The service asks to go somewhere else than to a web page.
    #[error("the service names no web page to log in at: {0}")]
    NoPage(String),
    /// Nobody listens, or nobody may.
    #[error("cannot listen on 127.0.0.1 for the browser: {0}")]
    Listen(std::io::Error),
    /// Nobody came back.
    #[error("no log-in came back from the browser: run `usagectl login --sso` again")]
    TimedOut,
    /// The provider sent the browser back without a code.
    #[error("the log-in was refused by the provider: {0}")]
    Refused(String),
}

/// What the service answers to a start.
#[derive(Deserialize)]
struct Started {
    authorization_url: String,
    flow: String,
    expires_in: u64,
}

/// Logs in with a browser on this machine.
pub fn log_in(client: &mut Client) -> Result<Tokens, Error> {
    let callback = Callback::listen().map_err(SsoError::Listen)?;
    let start = Call::post("/v1/auth/oidc/start", json!({ "redirect_uri": callback.uri() }));
    let started: Started = client.json(&start).map_err(|error| not_offered(client, error))?;
    let state = state_of(&started.authorization_url)?;
    show(&started.authorization_url);
    let code = callback.wait(state.clone(), Duration::from_secs(started.expires_in))?;
    let back = json!({ "flow": started.flow, "state": state, "code": code });
    Ok(client.json(&Call::post("/v1/auth/oidc/return", back))?)
}

fn not_offered(client: &Client, error: ClientError) -> Error {
    match error.problem(&[404]) {
        Some(_) => SsoError::NotOffered(client.server().to_owned()).into(),
        None => error.into(),
    }
}

/// What the browser has to bring back. The page is opened by the system: nothing but a web page may be.
fn state_of(url: &str) -> Result<String, SsoError> {
    let is_web = url.starts_with("https://") || url.starts_with("http://");
    let query = url.split_once('?').filter(|_| is_web).map_or("", |(_, query)| query);
    let state = form_urlencoded::parse(query.as_bytes()).find(|(name, _)| name == "state");
    state.map(|(_, value)| value.into_owned()).ok_or_else(|| SsoError::NoPage(clean(url)))
}

/// Always printed, as the browser may be on another machine's screen; opened where somebody looks.
fn show(url: &str) {
    eprintln!("Log in with a browser on this machine:\n\n  {}\n", clean(url));
    if std::io::stderr().is_terminal() {
        let opener = if cfg!(target_os = "macos") { "open" } else { "xdg-open" };
        let quiet = Command::new(opener)
            .arg(url)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn();
        // Without one they open it themselves.
        drop(quiet);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_web_page_is_opened() {
        assert_eq!(state_of("https://login.example/auth?a=b&state=x%2By").unwrap(), "x+y");
        for other in
            ["", "file:///etc/passwd?state=x", "-x?state=x", "https://login.example/auth", "https://a?stat=x"]
        {
            assert!(matches!(state_of(other), Err(SsoError::NoPage(_))), "{other}");
        }
    }
}
