//! `usagectl organizations`.

mod create;
mod list;

use clap::Subcommand;

use crate::error::Error;
use crate::print::Out;

/// Options of `organizations`.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// List your organization and all below it
    List(list::Args),
    /// Add an aggregator below the operator, or a partner below an aggregator
    Create(create::Args),
}

/// Does it.
pub fn run(args: &Args, out: Out<'_>) -> Result<(), Error> {
    match &args.command {
        Command::List(args) => list::run(args, out),
        Command::Create(args) => create::run(args, out),
    }
}
