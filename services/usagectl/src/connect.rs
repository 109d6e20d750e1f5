//! From the options and the environment to a client: which server, as whom.

use std::path::PathBuf;

use crate::api_key;
use crate::client::{Client, Credential, ServerUrl};
use crate::error::Error;
use crate::session::{SessionError, SessionFile};

/// Options of every command that speaks to a service.
#[derive(Debug, clap::Args)]
pub struct Connection {
    #[arg(long, value_name = "URL", env = "USAGE_SERVER", hide_env_values = true)]
    #[arg(help = "The service's address, such as http://127.0.0.1:8080; by default that of the log-in")]
    server: Option<ServerUrl>,
    #[command(flatten)]
    trust: Trust,
}

/// Options of every command that has to know the service by its certificate.
#[derive(Debug, clap::Args)]
pub struct Trust {
    #[arg(long, value_name = "FILE", env = "USAGE_CA_FILE", hide_env_values = true)]
    #[arg(
        help = "PEM file of the authorities that may have signed the service's certificate; by default those of \
the log-in, or of the system"
    )]
    pub ca_file: Option<PathBuf>,
}

/// Options of every command that prints something.
#[derive(Debug, clap::Args)]
pub struct Format {
    /// Print JSON, for scripts
    #[arg(long)]
    pub json: bool,
}

impl Connection {
    /// A client under the API key of the environment, or else under the kept log-in.
    pub fn client(&self) -> Result<Client, Error> {
        match api_key::from_environment()? {
            Some(key) => self.token_client(key),
            None => self.session_client(),
        }
    }

    /// A client under the kept log-in.
    pub fn session_client(&self) -> Result<Client, Error> {
        let file = SessionFile::from_environment()?;
        let session = file.load()?.ok_or(SessionError::None)?;
        match &self.server {
            // Tokens go to the server that gave them and to no other.
            Some(server) if server.to_string() != session.server => {
                Err(SessionError::OtherServer(session.server, server.to_string()).into())
            }
            Some(_) | None => {
                let authorities = self.trust.ca_file.clone().or_else(|| session.ca_file.clone());
                let server = session.server.clone();
                Ok(Client::new(server, authorities.as_deref(), Credential::Session(file, session))?)
            }
        }
    }

    /// A client under the meter token of the environment, or else as [`Connection::client`] has it.
    pub fn upload_client(&self) -> Result<Client, Error> {
        let token = std::env::var("USAGE_METER_TOKEN").ok().filter(|token| !token.is_empty());
        token.map_or_else(|| self.client(), |token| self.token_client(token))
    }

    fn token_client(&self, token: String) -> Result<Client, Error> {
        let (server, kept) = if let Some(server) = &self.server {
            (server.to_string(), None)
        } else {
            let session = SessionFile::from_environment()?.load()?.ok_or(SessionError::NoServer)?;
            (session.server, session.ca_file)
        };
        let authorities = self.trust.ca_file.as_ref().or(kept.as_ref());
        Ok(Client::new(server, authorities.map(PathBuf::as_path), Credential::Token(token))?)
    }
}
