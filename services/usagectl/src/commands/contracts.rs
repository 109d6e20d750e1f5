//! `usagectl contracts`.

mod create;
mod list;

use clap::Subcommand;

use crate::error::Error;
use crate::print::Out;

/// Options of `contracts`.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// List contracts of partners
    List(list::Args),
    /// Add a contract of a partner
    Create(create::Args),
}

/// Does it.
pub fn run(args: &Args, out: Out<'_>) -> Result<(), Error> {
    match &args.command {
        Command::List(args) => list::run(args, out),
        Command::Create(args) => create::run(args, out),
    }
}
