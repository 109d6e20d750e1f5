//! `usagectl keys`.

mod create;
mod list;
mod revoke;

use clap::Subcommand;

use crate::error::Error;
use crate::print::Out;

/// Options of `keys`.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Make an API key for a program and print it, this once
    Create(create::Args),
    /// List the organization's API keys, also those that are good no more
    List(list::Args),
    /// Revoke an API key, from the next call on
    Revoke(revoke::Args),
}

/// Does it.
pub fn run(args: &Args, out: Out<'_>) -> Result<(), Error> {
    match &args.command {
        Command::Create(args) => create::run(args, out),
        Command::List(args) => list::run(args, out),
        Command::Revoke(args) => revoke::run(args, out),
    }
}
