//! `usagectl meter`.

mod list;
mod register;

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
}

/// Does it.
pub fn run(args: &Args, out: Out<'_>) -> Result<(), Error> {
    match &args.command {
        Command::Register(args) => register::run(args, out),
        Command::List(args) => list::run(args, out),
    }
}
