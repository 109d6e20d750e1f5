//! `usagectl users set-role`, `disable` and `enable`.

use serde_json::{Value, json};

use super::role::Role;
use super::who::Who;
use crate::client::Call;
use crate::connect::{Connection, Format};
use crate::error::Error;
use crate::print::{self, Out, clean, field};

/// Options of `users disable` and `users enable`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The user, by e-mail address or id
    #[arg(value_name = "USER")]
    who: Who,
    #[command(flatten)]
    connection: Connection,
    #[command(flatten)]
    format: Format,
}

/// Options of `users set-role`.
#[derive(Debug, clap::Args)]
pub struct RoleArgs {
    #[command(flatten)]
    user: Args,
    /// What they may do from now on
    role: Role,
}

/// Gives the user another role.
pub fn set_role(args: &RoleArgs, out: Out<'_>) -> Result<(), Error> {
    change(&args.user, &json!({ "role": args.role.as_str() }), out)
}

/// Disables the user, or enables them.
pub fn set_disabled(args: &Args, disabled: bool, out: Out<'_>) -> Result<(), Error> {
    change(args, &json!({ "disabled": disabled }), out)
}

fn change(args: &Args, change: &Value, out: Out<'_>) -> Result<(), Error> {
    let mut client = args.connection.client()?;
    let path = args.who.path(&mut client)?;
    let user: Value = client.json(&Call::patch(path, change.clone()))?;
    if args.format.json {
        return print::json(out, &user);
    }
    let text = |path| clean(&field::text(&user, path));
    let state = if user["disabled"] == true { "disabled" } else { "not disabled" };
    writeln!(out, "{} is {state}, {}", text("email"), text("role"))?;
    Ok(())
}
