//! `usagectl users reset-password`.

use serde_json::{Value, json};

use super::who::Who;
use crate::client::Call;
use crate::connect::{Connection, Format};
use crate::error::Error;
use crate::print::{self, Out, clean, field};

/// Options of `users reset-password`.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
The password that the user has is good until the link is used. A link that they had before is good no more.")]
pub struct Args {
    /// The user, by e-mail address or id
    #[arg(value_name = "USER")]
    who: Who,
    #[command(flatten)]
    connection: Connection,
    #[command(flatten)]
    format: Format,
}

/// Makes the link.
pub fn run(args: &Args, out: Out<'_>) -> Result<(), Error> {
    let mut client = args.connection.client()?;
    let path = args.who.path(&mut client)?;
    let link: Value = client.json(&Call::post(format!("{path}/password-link"), json!({})))?;
    if args.format.json {
        return print::json(out, &link);
    }
    let text = |path| clean(&field::text(&link, path));
    writeln!(out, "{} can set a password, once, until {}", args.who, text("expires_at"))?;
    writeln!(out, "the link, shown this once:")?;
    writeln!(out, "{}", text("one_time_link"))?;
    Ok(())
}
