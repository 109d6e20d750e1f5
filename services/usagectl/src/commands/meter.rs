//! `usagectl meter`.

mod deregister;
mod list;
mod register;
mod set;
mod settings;
mod tokens;

use clap::Subcommand;

use crate::error::Error;
use crate::print::Out;

pub use register::BillingMode;

/// Options of `meter`.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Register a meter and print its token, which is shown this once
    ///
    /// A meter that is registered already is left as it is, and the command succeeds.
    Register(register::Args),
    /// List meters with their state
    List(list::Args),
    /// Change a meter: name, connectivity and key at once; mode, contract and site from a month on
    Set(set::Args),
    /// Show all that a meter was ever set to, and from when on
    Settings(settings::Args),
    /// Make, list and revoke a meter's tokens
    Tokens(tokens::Args),
    /// Give a meter up: its tokens are revoked, its files taken no more; its history stays
    Deregister(deregister::Args),
}

/// Does it.
pub fn run(args: &Args, out: Out<'_>) -> Result<(), Error> {
    match &args.command {
        Command::Register(args) => register::run(args, out),
        Command::List(args) => list::run(args, out),
        Command::Set(args) => set::run(args, out),
        Command::Settings(args) => settings::run(args, out),
        Command::Tokens(args) => tokens::run(args, out),
        Command::Deregister(args) => deregister::run(args, out),
    }
}
