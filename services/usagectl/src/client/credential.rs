//! Who we are to the server, and how a log-in is renewed.

use serde::Deserialize;
use serde_json::json;
use ureq::Agent;

use super::{Call, ClientError, exchange, read_json};
use crate::session::{Session, SessionError, SessionFile};

/// What a client shows to be let in.
#[derive(Debug)]
pub enum Credential {
    /// Nothing: log-in only.
    None,
    /// A meter's own token, or an API key: it cannot be refreshed.
    Token(String),
    /// A person's log-in.
    Session(SessionFile, Session),
}

/// What log-in and refresh answer.
#[derive(Debug, Deserialize)]
pub struct Tokens {
    /// For the calls.
    pub access_token: String,
    /// For the next refresh.
    pub refresh_token: String,
}

impl Credential {
    /// The bearer token.
    pub fn token(&self) -> Option<&str> {
        match self {
            Self::None => None,
            Self::Token(token) => Some(token),
            Self::Session(_, session) => Some(&session.access_token),
        }
    }

    /// Gets a new access token, when there is a way to. `false` means that a 401 is the last word.
    pub fn refresh(&mut self, agent: &Agent, server: &str) -> Result<bool, ClientError> {
        let Self::Session(file, session) = self else {
            return Ok(false);
        };
        // A refresh token works once, and its reuse ends the log-in: so one at a time, and whoever waited
        // takes what the other got.
        let _lock = file.lock()?;
        let kept = file.load()?.ok_or(SessionError::None)?;
        let renewed_by_another = kept.access_token != session.access_token;
        *session = kept;
        if renewed_by_another {
            return Ok(true);
        }
        let call = Call::post("/v1/auth/refresh", json!({ "refresh_token": session.refresh_token }));
        let answer = exchange(agent, server, None, &call).map_err(|error| match error {
            ClientError::Problem(problem) if matches!(problem.status, 400 | 401 | 403 | 422) => {
                ClientError::SignedOut { server: server.to_owned(), email: session.email.clone() }
            }
            other => other,
        })?;
        let tokens: Tokens = read_json(server, answer)?;
        session.access_token = tokens.access_token;
        session.refresh_token = tokens.refresh_token;
        file.save(session)?;
        Ok(true)
    }
}
