//! `usagectl`: the command line of partners and meters. It computes and inspects usage data files by itself, and
//! speaks to the service over its REST API for everything else.

mod api_key;
mod cli;
mod client;
mod commands;
mod connect;
mod error;
mod password;
mod print;
mod progress;
mod session;

use std::io::{self, BufWriter, Write};
use std::process::ExitCode;

use clap::Parser;

use crate::cli::Cli;

fn main() -> ExitCode {
    let cli = Cli::parse();
    let mut out = BufWriter::new(io::stdout().lock());
    let ended = cli.command.run(&mut out).and_then(|()| Ok(out.flush()?));
    match ended {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) if error.is_closed_pipe() => ExitCode::SUCCESS,
        Err(error) => {
            // What was printed before the error belongs above it; if that fails, the error still matters more.
            let _ = out.flush();
            eprintln!("usagectl: {error}");
            ExitCode::from(error.exit_code())
        }
    }
}
