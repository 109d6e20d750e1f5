//! `usagectl login`.

mod sso;

use serde_json::{Value, json};

use crate::client::{Call, Client, Credential, ServerUrl, Tokens};
use crate::connect::{Format, Trust};
use crate::error::Error;
use crate::password;
use crate::print::{self, Out, field};
use crate::session::{Session, SessionFile};

pub use self::sso::SsoError;

/// Options of `login`.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
The password is asked for on a terminal, without showing it. Scripts give it in USAGE_PASSWORD or as the first
line of standard input; it is never an argument. What is kept is tokens, not the password.

With --sso the provider that the service is configured with asks who you are, in a browser.")]
pub struct Args {
    #[arg(long, value_name = "URL", env = "USAGE_SERVER", hide_env_values = true)]
    #[arg(help = "The service's address, such as http://127.0.0.1:8080")]
    server: ServerUrl,
    /// Who logs in
    #[arg(long, value_name = "EMAIL", required_unless_present = "sso", conflicts_with = "sso")]
    email: Option<String>,
    /// Log in with a browser, by the sign-in of your organization
    #[arg(long)]
    sso: bool,
    #[command(flatten)]
    trust: Trust,
    #[command(flatten)]
    format: Format,
}

/// Logs in and keeps the tokens.
pub fn run(args: &Args, out: Out<'_>) -> Result<(), Error> {
    let file = SessionFile::from_environment()?;
    let server = args.server.to_string();
    if args.server.is_open_to_readers() {
        let secret = if args.sso { "log-in" } else { "password" };
        eprintln!("usagectl: warning: {server} is not encrypted; others on the way can read the {secret}");
    }
    // Kept as an absolute path: the next command may be run elsewhere.
    let ca_file = args.trust.ca_file.as_deref().map(std::path::absolute).transpose()?;
    let connect = |credential| Client::new(server.clone(), ca_file.as_deref(), credential);
    let mut client = connect(Credential::None)?;
    let (email, tokens) = if let Some(email) = &args.email {
        (email.clone(), by_password(&mut client, email)?)
    } else {
        let tokens = sso::log_in(&mut client)?;
        (email_of(&mut connect(Credential::Token(tokens.access_token.clone()))?)?, tokens)
    };
    let Tokens { access_token, refresh_token } = tokens;
    let session = Session { server, ca_file, email, access_token, refresh_token };
    let _lock = file.lock()?;
    file.save(&session)?;
    if args.format.json {
        return print::json(out, &json!({ "server": session.server, "email": session.email }));
    }
    writeln!(out, "logged in to {} as {}", session.server, session.email)?;
    Ok(())
}

fn by_password(client: &mut Client, email: &str) -> Result<Tokens, Error> {
    let password = password::read(email, client.server())?;
    let call = Call::post("/v1/auth/token", json!({ "email": email, "password": password }));
    Ok(client.json(&call)?)
}

/// The provider knows who it was; the service says so.
fn email_of(client: &mut Client) -> Result<String, Error> {
    let me: Value = client.json(&Call::get("/v1/auth/me"))?;
    Ok(field::text(&me, "email"))
}
