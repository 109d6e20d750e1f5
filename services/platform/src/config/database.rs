//! The database and its time-outs.

use clap::Args;
use secrecy::SecretString;
use std::time::Duration;

use super::{Environment, Faults};

/// How to use the database; its URL is the secret `USAGE_DATABASE_URL`.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Database (USAGE_DATABASE_URL or USAGE_DATABASE_URL_FILE)")]
pub struct DatabaseArgs {
    /// Connections of this process.
    #[arg(long, env = "USAGE_DATABASE_POOL", default_value = "8")]
    pub database_pool: String,
    /// How long a request waits for a free connection before it is answered with 503.
    #[arg(long, env = "USAGE_DATABASE_WAIT", default_value = "5s")]
    pub database_wait: String,
    /// How long a statement may run.
    #[arg(long, env = "USAGE_DATABASE_STATEMENT_TIMEOUT", default_value = "60s")]
    pub database_statement_timeout: String,
    /// How long a statement may wait for a lock.
    #[arg(long, env = "USAGE_DATABASE_LOCK_TIMEOUT", default_value = "10s")]
    pub database_lock_timeout: String,
}

/// The database, ready to connect to.
#[derive(Debug, Clone)]
pub struct DatabaseSettings {
    /// Of the service role.
    pub url: SecretString,
    /// Connections at most.
    pub pool_size: usize,
    /// For a connection.
    pub wait: Duration,
    /// For a statement.
    pub statement_timeout: Duration,
    /// For a lock.
    pub lock_timeout: Duration,
}

impl DatabaseSettings {
    /// The defaults, for this URL.
    pub const fn new(url: SecretString) -> Self {
        Self {
            url,
            pool_size: 8,
            wait: Duration::from_secs(5),
            statement_timeout: Duration::from_mins(1),
            lock_timeout: Duration::from_secs(10),
        }
    }
}

impl DatabaseArgs {
    /// The settings, or faults.
    pub fn resolve(&self, environment: &Environment, faults: &mut Faults) -> Option<DatabaseSettings> {
        let url = environment.database_url("USAGE_DATABASE_URL", faults);
        let pool_size = faults.parse_within("USAGE_DATABASE_POOL", &self.database_pool, 1..=1000);
        let wait = faults.parse_duration("USAGE_DATABASE_WAIT", &self.database_wait);
        let statement_timeout =
            faults.parse_duration("USAGE_DATABASE_STATEMENT_TIMEOUT", &self.database_statement_timeout);
        let lock_timeout = faults.parse_duration("USAGE_DATABASE_LOCK_TIMEOUT", &self.database_lock_timeout);
        Some(DatabaseSettings {
            url: url?,
            pool_size: pool_size?,
            wait: wait?,
            statement_timeout: statement_timeout?,
            lock_timeout: lock_timeout?,
        })
    }
}

/// The URL of the owner role, which only `migrate` asks for.
pub fn owner_url(environment: &Environment, faults: &mut Faults) -> Option<SecretString> {
    environment.database_url("USAGE_DATABASE_OWNER_URL", faults)
}
