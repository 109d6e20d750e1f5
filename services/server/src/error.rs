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
    /// Only where nothing is real.
    #[error("the demo organizations are made in development only: set USAGE_ENV=development")]
    NotDevelopment,
}

impl ServerError {
    /// 2 when starting it otherwise would help, as for a wrong command line; else 1.
    pub fn exit_code(&self) -> ExitCode {
        match self {
            Self::Configuration(_) | Self::NotDevelopment => ExitCode::from(2),
            _ => ExitCode::FAILURE,
        }
    }
}
