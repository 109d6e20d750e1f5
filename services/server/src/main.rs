//! `usage-insight`: one program, a subcommand for each role and for each task of an operator.

mod allocator;

use clap::Parser;
use server::cli::Cli;
use std::process::ExitCode;

fn main() -> ExitCode {
    let cli = Cli::parse();
    allocator::settle();
    match start(cli) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // Logs may not have started when this is the configuration's fault.
            eprintln!("error: {error}");
            error.exit_code()
        }
    }
}

#[tokio::main]
async fn start(cli: Cli) -> Result<(), server::ServerError> {
    server::run(cli).await
}
