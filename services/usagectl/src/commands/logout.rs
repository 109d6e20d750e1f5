//! `usagectl logout`.

use serde_json::json;

use crate::client::{Call, Client, ClientError, Credential};
use crate::connect::{Connection, Format};
use crate::error::Error;
use crate::print::{self, Out};
use crate::session::SessionFile;

/// Options of `logout`.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(flatten)]
    connection: Connection,
    #[command(flatten)]
    format: Format,
}

/// Ends the log-in at the service and forgets it here; the latter also when the former fails.
pub fn run(args: &Args, out: Out<'_>) -> Result<(), Error> {
    let mut client = args.connection.session_client()?;
    let ended = end(&mut client);
    let file = SessionFile::from_environment()?;
    let lock = file.lock()?;
    file.remove()?;
    drop(lock);
    match ended {
        // A log-in that the service no longer knows has ended already.
        Ok(()) | Err(ClientError::SignedOut { .. }) if args.format.json => {
            print::json(out, &json!({ "logged_out_of": client.server() }))
        }
        Ok(()) | Err(ClientError::SignedOut { .. }) => {
            writeln!(out, "logged out of {}", client.server())?;
            Ok(())
        }
        Err(error) => {
            eprintln!("usagectl: the log-in is forgotten here, but the service was not told");
            Err(error.into())
        }
    }
}

fn end(client: &mut Client) -> Result<(), ClientError> {
    // A refresh replaces the token that the next call names.
    client.freshen()?;
    let Credential::Session(_, session) = client.credential() else {
        return Ok(());
    };
    let call = Call::post("/v1/auth/logout", json!({ "refresh_token": session.refresh_token }));
    client.send(&call).map(drop)
}
