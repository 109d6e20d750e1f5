//! `usage-insight`: one program, a subcommand for each role and for each task of an operator.

mod allocator;

use clap::Parser;
use server::cli::Cli;
use std::process::ExitCode;
use std::time::Duration;

/// For what blocks a thread at the end, such as the metering of a large month: it cannot be interrupted, its message
/// is with the broker again, and the process ends without it.
const LAST_BLOCKED: Duration = Duration::from_secs(1);

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

fn start(cli: Cli) -> Result<(), server::ServerError> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let outcome = runtime.block_on(server::run(cli));
    runtime.shutdown_timeout(LAST_BLOCKED);
    outcome
}
