//! The migrations, built into the program.

use diesel::PgConnection;
use diesel::connection::SimpleConnection;
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};

/// All migrations, each up and down.
pub const MIGRATIONS: EmbeddedMigrations = embed_migrations!("../migrations");

/// Why the database could not be brought up to date.
#[derive(Debug, thiserror::Error)]
#[error("a migration failed: {0}")]
pub struct MigrationError(#[source] Box<dyn std::error::Error + Send + Sync>);

/// Runs what has not run yet, as the owner role, and returns the versions that ran. A second one that runs at the
/// same time waits, and finds nothing left.
pub fn run_pending(conn: &mut PgConnection) -> Result<Vec<String>, MigrationError> {
    let failed = |error: diesel::result::Error| MigrationError(error.into());
    conn.batch_execute("SELECT pg_advisory_lock(hashtext('usage migrations'))").map_err(failed)?;
    let ran = conn
        .run_pending_migrations(MIGRATIONS)
        .map(|ran| ran.iter().map(ToString::to_string).collect())
        .map_err(MigrationError);
    conn.batch_execute("SELECT pg_advisory_unlock(hashtext('usage migrations'))").map_err(failed)?;
    ran
}
