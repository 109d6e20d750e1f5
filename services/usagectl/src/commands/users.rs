//! `usagectl users`.

mod change;
mod invite;
mod list;
mod reset_password;
mod role;
mod who;

use clap::Subcommand;

use crate::error::Error;
use crate::print::Out;

/// Options of `users`.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// List the users whom you manage
    List(list::Args),
    /// Add a user and print the link by which they set a password, this once
    Invite(invite::Args),
    /// Give a user another role
    SetRole(change::RoleArgs),
    /// Let a user log in no more; their log-ins end
    Disable(change::Args),
    /// Let a disabled user log in again
    Enable(change::Args),
    /// Print a link by which a user sets another password, this once
    ResetPassword(reset_password::Args),
}

/// Does it.
pub fn run(args: &Args, out: Out<'_>) -> Result<(), Error> {
    match &args.command {
        Command::List(args) => list::run(args, out),
        Command::Invite(args) => invite::run(args, out),
        Command::SetRole(args) => change::set_role(args, out),
        Command::Disable(args) => change::set_disabled(args, true, out),
        Command::Enable(args) => change::set_disabled(args, false, out),
        Command::ResetPassword(args) => reset_password::run(args, out),
    }
}
