//! The command line. Every setting is an environment variable as well; `--help` lists them.

mod dead_letters;

use clap::{Args, Parser, Subcommand};
use platform::config::{
    AggregationArgs, AuditArgs, BrokerArgs, ClockArgs, DatabaseArgs, DeadlineArgs, EdgeArgs, HttpArgs,
    HttpLimitArgs, KeyArgs, LimitArgs, OidcArgs, PublicArgs, RelayArgs, ResumableArgs, StopArgs, StoreArgs,
    TlsArgs, UploadArgs,
};
use platform::telemetry::LogArgs;
use std::path::PathBuf;
use uuid::Uuid;

pub(crate) use self::dead_letters::{
    DropLetterArgs, LettersArgs, LettersCommand, ListLettersArgs, ReplayLettersArgs, ShowLetterArgs,
    WhichLettersArgs,
};

const DATABASE_TLS: &str = "\
TLS to PostgreSQL is asked for in its URL, by libpq's parameters:
  postgres://role:password@host/usage?sslmode=verify-full&sslrootcert=/path/ca.pem
Any sslmode below verify-full believes whoever answers.";

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
    /// Makes the operator organization and its first admin, once, and prints the link by which they set a password.
    CreateOperator(OperatorArgs),
    /// Development only: makes the demo organizations.
    SeedDemo(SeedArgs),
    /// Works on the audit.
    #[command(subcommand)]
    Audit(AuditCommand),
    /// Recomputes a month from the stored files and compares it with the database, as the service's own role: rows, sums,
    /// coverage, report. Prints a line for everything that differs and a summary; ends with 0 when all is equal, 1 when
    /// something differs, 3 when nothing differs but not all could be compared.
    VerifyMonth(Box<VerifyMonthArgs>),
    /// Works on dead letters: messages that were given up, with the reason.
    #[command(subcommand)]
    DeadLetters(LettersCommand),
    /// Puts a message in the outbox for everything unfinished, for a broker that has lost its data or that a restored
    /// database meets for the first time. May be run at any time: a message that comes twice changes nothing.
    Requeue(Box<RequeueArgs>),
    /// Prints the description of the API.
    Openapi,
}

/// What to do with the audit.
#[derive(Debug, Subcommand)]
pub(crate) enum AuditCommand {
    /// Recomputes the chain of entries of each organization and compares it with its published heads, as the service's
    /// own role. Prints a line for everything that is wrong; ends with 1 when anything is, else with 0.
    Verify(Box<VerifyArgs>),
    /// After the restore of an earlier database: copies the published heads into a new folder, all but those that its
    /// chains no longer reach, so that they go on from where they end. The folder that was stays as it is, in evidence;
    /// the audit of each organization names the last head left out. Prints what is left out.
    RewindHeads(Box<RewindArgs>),
}

/// Settings of `audit rewind-heads`.
#[derive(Debug, Args)]
pub(crate) struct RewindArgs {
    /// The new folder, to become `USAGE_AUDIT_HEADS`.
    #[arg(long, value_name = "FOLDER")]
    pub into: PathBuf,
    #[command(flatten)]
    pub audit: AuditArgs,
    #[command(flatten)]
    pub store: StoreArgs,
    #[command(flatten)]
    pub database: DatabaseArgs,
    #[command(flatten)]
    pub clock: ClockArgs,
    #[command(flatten)]
    pub logs: LogArgs,
}

/// Settings of `requeue`.
#[derive(Debug, Args)]
#[command(after_help = DATABASE_TLS)]
pub(crate) struct RequeueArgs {
    #[command(flatten)]
    pub database: DatabaseArgs,
    #[command(flatten)]
    pub logs: LogArgs,
}

/// Settings of `audit verify`.
#[derive(Debug, Args)]
pub(crate) struct VerifyArgs {
    /// Only this organization's chain.
    #[arg(long, value_name = "UUID")]
    pub organization: Option<Uuid>,
    #[command(flatten)]
    pub audit: AuditArgs,
    #[command(flatten)]
    pub store: StoreArgs,
    #[command(flatten)]
    pub database: DatabaseArgs,
    #[command(flatten)]
    pub logs: LogArgs,
}

/// Settings of `verify-month`.
#[derive(Debug, Args)]
#[command(after_help = DATABASE_TLS)]
pub(crate) struct VerifyMonthArgs {
    /// Which month.
    #[arg(long, value_name = "YYYY-MM")]
    pub month: metering::Month,
    /// Only this organization's.
    #[arg(long, value_name = "UUID")]
    pub organization: Option<Uuid>,
    /// Only this body of evidence: `production` or `test`.
    #[arg(long)]
    pub mode: Option<schema::types::BillingMode>,
    /// Only this vCenter, and the reports that it is in.
    #[arg(long, value_name = "UUID")]
    pub vcenter: Option<Uuid>,
    /// Prints an object of JSON a line.
    #[arg(long)]
    pub json: bool,
    #[command(flatten)]
    pub store: StoreArgs,
    #[command(flatten)]
    pub database: DatabaseArgs,
    #[command(flatten)]
    pub deadline: DeadlineArgs,
    #[command(flatten)]
    pub logs: LogArgs,
}

/// Settings of a role; each takes what it needs.
#[derive(Debug, Args)]
#[command(after_help = DATABASE_TLS)]
pub(crate) struct ServeArgs {
    #[command(flatten)]
    pub http: HttpArgs,
    #[command(flatten)]
    pub http_limits: HttpLimitArgs,
    #[command(flatten)]
    pub public: PublicArgs,
    #[command(flatten)]
    pub tls: TlsArgs,
    #[command(flatten)]
    pub edge: EdgeArgs,
    #[command(flatten)]
    pub limits: LimitArgs,
    #[command(flatten)]
    pub database: DatabaseArgs,
    #[command(flatten)]
    pub broker: BrokerArgs,
    #[command(flatten)]
    pub store: StoreArgs,
    #[command(flatten)]
    pub keys: KeyArgs,
    #[command(flatten)]
    pub audit: AuditArgs,
    #[command(flatten)]
    pub oidc: OidcArgs,
    #[command(flatten)]
    pub uploads: UploadArgs,
    #[command(flatten)]
    pub relay: RelayArgs,
    #[command(flatten)]
    pub stop: StopArgs,
    #[command(flatten)]
    pub resumable: ResumableArgs,
    #[command(flatten)]
    pub aggregation: AggregationArgs,
    #[command(flatten)]
    pub clock: ClockArgs,
    #[command(flatten)]
    pub logs: LogArgs,
}

/// Settings of `migrate`.
#[derive(Debug, Args)]
#[command(after_help = DATABASE_TLS)]
pub(crate) struct MigrateArgs {
    #[command(flatten)]
    pub logs: LogArgs,
}

/// Settings of `create-operator`.
#[derive(Debug, Args)]
#[command(after_help = DATABASE_TLS)]
pub(crate) struct OperatorArgs {
    /// The operator as people call it.
    #[arg(long)]
    pub name: String,
    /// The admin's e-mail address.
    #[arg(long)]
    pub email: String,
    #[command(flatten)]
    pub public: PublicArgs,
    #[command(flatten)]
    pub database: DatabaseArgs,
    #[command(flatten)]
    pub clock: ClockArgs,
    #[command(flatten)]
    pub logs: LogArgs,
}

/// Settings of `seed-demo`.
#[derive(Debug, Args)]
#[command(after_help = DATABASE_TLS)]
pub(crate) struct SeedArgs {
    #[command(flatten)]
    pub database: DatabaseArgs,
    #[command(flatten)]
    pub clock: ClockArgs,
    #[command(flatten)]
    pub logs: LogArgs,
}
