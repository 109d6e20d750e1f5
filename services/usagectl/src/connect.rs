//! From the options and the environment to a client: which server, as whom.

use crate::client::{Client, Credential, ServerUrl};
use crate::error::Error;
use crate::session::{SessionError, SessionFile};

/// Options of every command that speaks to a service.
#[derive(Debug, clap::Args)]
pub struct Connection {
    #[arg(long, value_name = "URL", env = "USAGE_SERVER", hide_env_values = true)]
    #[arg(help = "The service's address, such as http://127.0.0.1:8080; by default that of the log-in")]
    server: Option<ServerUrl>,
}

/// Options of every command that prints something.
#[derive(Debug, clap::Args)]
pub struct Format {
    /// Print JSON, for scripts
    #[arg(long)]
    pub json: bool,
}

impl Connection {
    /// A client under the kept log-in.
    pub fn client(&self) -> Result<Client, Error> {
        let file = SessionFile::from_environment()?;
        let session = file.load()?.ok_or(SessionError::None)?;
        match &self.server {
            // Tokens go to the server that gave them and to no other.
            Some(server) if server.to_string() != session.server => {
                Err(SessionError::OtherServer(session.server, server.to_string()).into())
            }
            Some(_) | None => Ok(Client::new(session.server.clone(), Credential::Session(file, session))),
        }
    }

    /// A client under the meter token of the environment, or else under the kept log-in.
    pub fn upload_client(&self) -> Result<Client, Error> {
        let token = std::env::var("USAGE_METER_TOKEN").ok().filter(|token| !token.is_empty());
        let Some(token) = token else {
            return self.client();
        };
        let server = match &self.server {
            Some(server) => server.to_string(),
            None => SessionFile::from_environment()?.load()?.ok_or(SessionError::NoServer)?.server,
        };
        Ok(Client::new(server, Credential::Meter(token)))
    }
}
