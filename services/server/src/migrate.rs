//! `migrate`: the one task of the owner of the tables.

use diesel::{Connection, PgConnection};
use platform::config::{Environment, Faults, owner_url};
use platform::telemetry::start_logs;
use secrecy::ExposeSecret;

use crate::cli::MigrateArgs;
use crate::error::ServerError;

/// Runs what has not run yet, and nothing else.
pub async fn migrate(args: &MigrateArgs) -> Result<(), ServerError> {
    let mut faults = Faults::default();
    let Some(url) = owner_url(&Environment::of_process(), &mut faults) else { return Err(faults.into()) };
    start_logs(&args.logs)?;
    let ran = tokio::task::spawn_blocking(move || {
        let mut owner = PgConnection::establish(url.expose_secret())?;
        Ok::<_, ServerError>(schema::migrations::run_pending(&mut owner)?)
    });
    let ran = ran.await??;
    tracing::info!(count = ran.len(), versions = ?ran, "the database is up to date");
    Ok(())
}
