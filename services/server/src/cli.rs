//! The command line. Every setting is an environment variable as well; `--help` lists them.

use clap::{Args, Parser, Subcommand};
use platform::config::{
    AggregationArgs, BrokerArgs, ClockArgs, DatabaseArgs, HttpArgs, KeyArgs, StoreArgs, UploadArgs,
};
use platform::telemetry::LogArgs;

/// Open Usage Insight: takes usage data of meters, and makes reports and orders of it.
#[derive(Debug, Parser)]
#[command(name = "usage-insight", version)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Takes uploads.
    Ingest(Box<ServeArgs>),
    /// Meters, makes reports and orders, keeps the 24-hour schedule.
    Aggregator(Box<ServeArgs>),
    /// Answers the REST API.
    Api(Box<ServeArgs>),
    /// All roles in one process.
    All(Box<ServeArgs>),
    /// Brings the database up to date, as the owner of its tables (`USAGE_DATABASE_OWNER_URL`).
    Migrate(MigrateArgs),
    /// Development only: makes the demo organizations.
    SeedDemo(SeedArgs),
    /// Prints the description of the API.
    Openapi,
}

/// Settings of a role; each takes what it needs.
#[derive(Debug, Args)]
pub(crate) struct ServeArgs {
    #[command(flatten)]
    pub http: HttpArgs,
    #[command(flatten)]
    pub database: DatabaseArgs,
    #[command(flatten)]
    pub broker: BrokerArgs,
    #[command(flatten)]
    pub store: StoreArgs,
    #[command(flatten)]
    pub keys: KeyArgs,
    #[command(flatten)]
    pub uploads: UploadArgs,
    #[command(flatten)]
    pub aggregation: AggregationArgs,
    #[command(flatten)]
    pub clock: ClockArgs,
    #[command(flatten)]
    pub logs: LogArgs,
}

/// Settings of `migrate`.
#[derive(Debug, Args)]
pub(crate) struct MigrateArgs {
    #[command(flatten)]
    pub logs: LogArgs,
}

/// Settings of `seed-demo`.
#[derive(Debug, Args)]
pub(crate) struct SeedArgs {
    #[command(flatten)]
    pub database: DatabaseArgs,
    #[command(flatten)]
    pub clock: ClockArgs,
    #[command(flatten)]
    pub logs: LogArgs,
}
