//! `usagectl login`.

use serde_json::json;

use crate::client::{Call, Client, Credential, ServerUrl, Tokens};
use crate::connect::Format;
use crate::error::Error;
use crate::password;
use crate::print::{self, Out};
use crate::session::{Session, SessionFile};

/// Options of `login`.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
The password is asked for on a terminal, without showing it. Scripts give it in USAGE_PASSWORD or as the first
line of standard input; it is never an argument. What is kept is tokens, not the password.")]
pub struct Args {
    #[arg(long, value_name = "URL", env = "USAGE_SERVER", hide_env_values = true)]
    #[arg(help = "The service's address, such as http://127.0.0.1:8080")]
    server: ServerUrl,
    /// Who logs in
    #[arg(long, value_name = "EMAIL")]
    email: String,
    #[command(flatten)]
    format: Format,
}

/// Logs in and keeps the tokens.
pub fn run(args: &Args, out: Out<'_>) -> Result<(), Error> {
    let file = SessionFile::from_environment()?;
    let server = args.server.to_string();
    if args.server.is_open_to_readers() {
        eprintln!("usagectl: warning: {server} is not encrypted; others on the way can read the password");
    }
    let password = password::read(&args.email, &server)?;
    let mut client = Client::new(server.clone(), Credential::None);
    let call = Call::post("/v1/auth/token", json!({ "email": args.email, "password": password }));
    let Tokens { access_token, refresh_token } = client.json(&call)?;
    let session = Session { server, email: args.email.clone(), access_token, refresh_token };
    let _lock = file.lock()?;
    file.save(&session)?;
    if args.format.json {
        return print::json(out, &json!({ "server": session.server, "email": session.email }));
    }
    writeln!(out, "logged in to {} as {}", session.server, session.email)?;
    Ok(())
}
