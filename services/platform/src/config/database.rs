//! The database and its time-outs.

use clap::Args;
use secrecy::SecretString;
use std::time::Duration;

use super::database_url::with_limits;
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
    /// For a connection to be made, all of it; at least 2s.
    #[arg(long, env = "USAGE_DATABASE_CONNECT_TIMEOUT", default_value = "5s")]
    pub database_connect_timeout: String,
    /// How long a server, or a client of it, may be silent on the network before it is taken for dead; parameters of the
    /// URL go before. At least 6s.
    #[arg(long, env = "USAGE_DATABASE_DEAD_PEER", default_value = "30s")]
    pub database_dead_peer: String,
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
    /// For a new connection.
    pub connect: Duration,
    /// For a sign of life.
    pub dead_peer: Duration,
    /// For a statement.
    pub statement_timeout: Duration,
    /// For a lock.
    pub lock_timeout: Duration,
}

/// The defaults, which the owner's connection has, too.
const CONNECT: Duration = Duration::from_secs(5);
const DEAD_PEER: Duration = Duration::from_secs(30);

/// libpq rounds a shorter one up.
const CONNECT_MIN: Duration = Duration::from_secs(2);
/// What has to be cut into probes of whole seconds.
const DEAD_PEER_MIN: Duration = Duration::from_secs(6);
/// Longer is for ever.
const MAX: Duration = Duration::from_hours(24);

impl DatabaseSettings {
    /// The defaults, for this URL.
    pub const fn new(url: SecretString) -> Self {
        Self {
            url,
            pool_size: 8,
            wait: Duration::from_secs(5),
            connect: CONNECT,
            dead_peer: DEAD_PEER,
            statement_timeout: Duration::from_mins(1),
            lock_timeout: Duration::from_secs(10),
        }
    }

    /// The URL with the limits that libpq keeps.
    pub fn url_with_limits(&self) -> SecretString {
        with_limits(&self.url, self.connect, self.dead_peer)
    }
}

impl DatabaseArgs {
    /// The settings, or faults.
    pub fn resolve(&self, environment: &Environment, faults: &mut Faults) -> Option<DatabaseSettings> {
        let url = environment.database_url("USAGE_DATABASE_URL", faults);
        let pool_size = faults.parse_within("USAGE_DATABASE_POOL", &self.database_pool, 1..=1000);
        let wait = faults.parse_duration("USAGE_DATABASE_WAIT", &self.database_wait);
        let mut between = |name, text: &str, min: Duration| {
            let time = faults.parse_duration(name, text)?;
            if (min..=MAX).contains(&time) {
                return Some(time);
            }
            faults.add(name, format!("is not between {}s and 24h", min.as_secs()));
            None
        };
        let connect = between("USAGE_DATABASE_CONNECT_TIMEOUT", &self.database_connect_timeout, CONNECT_MIN);
        let dead_peer = between("USAGE_DATABASE_DEAD_PEER", &self.database_dead_peer, DEAD_PEER_MIN);
        let statement_timeout =
            faults.parse_duration("USAGE_DATABASE_STATEMENT_TIMEOUT", &self.database_statement_timeout);
        let lock_timeout = faults.parse_duration("USAGE_DATABASE_LOCK_TIMEOUT", &self.database_lock_timeout);
        Some(DatabaseSettings {
            url: url?,
            pool_size: pool_size?,
            wait: wait?,
            connect: connect?,
            dead_peer: dead_peer?,
            statement_timeout: statement_timeout?,
            lock_timeout: lock_timeout?,
        })
    }
}

/// The URL of the owner role, which only `migrate` asks for.
pub fn owner_url(environment: &Environment, faults: &mut Faults) -> Option<SecretString> {
    let url = environment.database_url("USAGE_DATABASE_OWNER_URL", faults)?;
    Some(with_limits(&url, CONNECT, DEAD_PEER))
}
