//! The roles and tasks behind `usage-insight`. This crate alone imports every service: here they meet in one process.

mod audit;
pub mod cli;
mod dead_letters;
mod error;
mod http;
mod migrate;
mod openapi;
mod operator;
mod requeue;
mod roles;
mod seed;
mod serve;
mod settings;
mod verify_month;

pub use self::error::ServerError;
pub use self::openapi::text as openapi_text;

use self::cli::{AuditCommand, Cli, Command};
use self::roles::Role;

/// Does what the command line asks for.
pub async fn run(cli: Cli) -> Result<(), ServerError> {
    match cli.command {
        Command::Ingest(args) => serve::serve(Role::Ingest, &args).await,
        Command::Aggregator(args) => serve::serve(Role::Aggregator, &args).await,
        Command::Api(args) => serve::serve(Role::Api, &args).await,
        Command::All(args) => serve::serve(Role::All, &args).await,
        Command::Migrate(args) => migrate::migrate(&args).await,
        Command::CreateOperator(args) => operator::create(&args).await,
        Command::SeedDemo(args) => seed::seed_demo(&args).await,
        Command::Audit(AuditCommand::Verify(args)) => audit::verify(&args).await,
        Command::Audit(AuditCommand::RewindHeads(args)) => audit::rewind_heads(&args).await,
        Command::Requeue(args) => requeue::requeue(&args).await,
        Command::VerifyMonth(args) => verify_month::verify_month(&args).await,
        Command::DeadLetters(command) => dead_letters::run(&command).await,
        Command::Openapi => openapi::print(),
    }
}
