//! `usagectl meter tokens`.

mod list;
mod revoke;
mod rotate;

use clap::Subcommand;

use crate::error::Error;
use crate::print::Out;

/// Options of `meter tokens`.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// List the meter's tokens, also those that are good no more
    List(list::Args),
    /// Make the next token and print it, this once; the one before stays good until it is revoked
    Rotate(rotate::Args),
    /// Revoke a token, from the next upload on
    Revoke(revoke::Args),
}

/// Does it.
pub fn run(args: &Args, out: Out<'_>) -> Result<(), Error> {
    match &args.command {
        Command::List(args) => list::run(args, out),
        Command::Rotate(args) => rotate::run(args, out),
        Command::Revoke(args) => revoke::run(args, out),
    }
}
