//! Why the program ended without having done what it was asked.

use platform::clock::ClockError;
use platform::config::Faults;
use platform::db::DbError;
use platform::store::StoreError;
use platform::telemetry::{LogError, MetricsError};
use std::net::SocketAddr;
use std::process::ExitCode;

/// Why the program ended.
#[derive(Debug, thiserror::Error)]
pub enum ServerError {
    /// The configuration; all that is wrong with it.
    #[error(transparent)]
    Configuration(#[from] Faults),
    /// Logging did not start.
    #[error(transparent)]
    Logs(#[from] LogError),
    /// Metrics did not start.
    #[error(transparent)]
    Metrics(#[from] MetricsError),
    /// The keys of access tokens.
    #[error(transparent)]
    Keys(#[from] platform::auth::KeyError),
    /// The certificate of the API.
    #[error(transparent)]
    Tls(#[from] platform::tls::TlsError),
    /// The audit cannot be verified.
    #[error(transparent)]
    Audit(#[from] platform::audit::verify::VerifyError),
    /// The audit is not as it was; what is wrong has been printed.
    #[error("the audit is not as it was left: findings: {0}")]
    AuditFindings(usize),
    /// A month is not what follows from its evidence; what differs has been printed.
    #[error("the month differs from its evidence: findings: {0}")]
    MonthDiffers(u64),
    /// A month cannot be verified, or not all of it.
    #[error("not verified: {0}")]
    NotVerified(String),
    /// Verification was not possible.
    #[error(transparent)]
    Work(#[from] aggregator::WorkError),
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The database.
    #[error(transparent)]
    Database(#[from] DbError),
    /// A query where nobody else is to blame.
    #[error(transparent)]
    Query(#[from] diesel::result::Error),
    /// The owner's connection.
    #[error("cannot connect as the owner: {0}")]
    OwnerConnection(#[from] diesel::ConnectionError),
    /// A migration.
    #[error(transparent)]
    Migration(#[from] schema::migrations::MigrationError),
    /// The clock of rehearsals.
    #[error(transparent)]
    Clock(#[from] ClockError),
    /// A demo user's password.
    #[error(transparent)]
    Password(#[from] api::password::PasswordError),
    /// Somebody else listens there, or nobody may.
    #[error("cannot listen on {address}: {cause}")]
    Listen {
        /// As configured.
        address: SocketAddr,
        /// Why not.
        cause: std::io::Error,
    },
    /// Signals cannot be awaited, or the like.
    #[error(transparent)]
    Io(#[from] std::io::Error),
    /// The description of the API.
    #[error(transparent)]
    Json(#[from] serde_json::Error),
    /// A part that runs as long as the process ended by itself.
    #[error("{0} ended although nobody told it to")]
    Ended(&'static str),
    /// A blocking task was lost.
    #[error("a task did not end: {0}")]
    Task(#[from] tokio::task::JoinError),
    /// The root of the tree is made once.
    #[error(
        "there is an operator already, and this is not the address of an admin who has yet to set a password"
    )]
    OperatorExists,
    /// Before the first `create-operator`.
    #[error("there is no operator yet, and so nothing to show: make one with create-operator")]
    NoOperator,
    /// An id of nothing.
    #[error("there is no {0} {1}: ids are those that `dead-letters list --state all` shows")]
    NoSuch(&'static str, uuid::Uuid),
    /// Some dead letters could not be replayed; which and why has been printed.
    #[error("not replayed: {0}; `dead-letters show ID` tells more of each")]
    NotReplayed(usize),
    /// What the API would have answered.
    #[error(transparent)]
    Refused(#[from] platform::problem::ApiError),
    /// Only where nothing is real.
    #[error("the demo organizations are made in development only: set USAGE_ENV=development")]
    NotDevelopment,
}

impl ServerError {
    /// 2 when starting it otherwise would help, as for a wrong command line; 3 when no verdict was reached that 1 would
    /// deny; else 1.
    pub fn exit_code(&self) -> ExitCode {
        match self {
            Self::Configuration(_) | Self::NotDevelopment => ExitCode::from(2),
            Self::NotVerified(_) => ExitCode::from(3),
            _ => ExitCode::FAILURE,
        }
    }
}
