//! `usagectl password`.

use serde_json::json;

use crate::client::{Call, Credential};
use crate::connect::{Connection, Format};
use crate::error::Error;
use crate::password;
use crate::print::{self, Out};
use crate::session::SessionError;

/// Options of `password`.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Both passwords are asked for on a terminal, without showing them, the new one twice. Scripts give them as the first
two lines of standard input: the current one, then the new one. They are never arguments.

The log-in that is kept here goes on; all others end.")]
pub struct Args {
    #[command(flatten)]
    connection: Connection,
    #[command(flatten)]
    format: Format,
}

/// Changes the password of whoever is logged in.
pub fn run(args: &Args, out: Out<'_>) -> Result<(), Error> {
    let mut client = args.connection.session_client()?;
    // A refresh replaces the token that the call names as the one to go on with.
    client.freshen()?;
    let server = client.server().to_owned();
    let Credential::Session(_, session) = client.credential() else {
        return Err(SessionError::None.into());
    };
    let (email, refresh_token) = (session.email.clone(), session.refresh_token.clone());
    let change = password::read_change(&email, &server)?;
    let body = json!({
        "current_password": change.current,
        "new_password": change.new,
        "refresh_token": refresh_token,
    });
    client.send(&Call::post("/v1/auth/password", body))?;
    if args.format.json {
        return print::json(out, &json!({ "email": email, "changed": true }));
    }
    writeln!(out, "the password of {email} is changed; all other log-ins have ended")?;
    Ok(())
}
