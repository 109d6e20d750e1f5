//! The database pool: every piece of work is one transaction of one scope, on a blocking thread.

mod error;
mod lead;

use deadpool_diesel::postgres::{Hook, HookError, Manager, Pool, Runtime};
use diesel::PgConnection;
use diesel::connection::SimpleConnection;
use schema::{MachineryToken, Scope, Tx};
use secrecy::ExposeSecret;
use uuid::Uuid;

pub use self::error::DbError;
pub use self::lead::Leadership;
use crate::config::DatabaseSettings;

type Connection = deadpool_diesel::Connection<PgConnection>;

/// The pool. Cheap to clone.
#[derive(Clone)]
pub struct Db(Pool);

impl Db {
    /// A pool that connects when it is first used; `application_name` is what the server shows of it.
    pub fn new(settings: &DatabaseSettings, application_name: &str) -> Result<Self, DbError> {
        let manager = Manager::new(settings.url_with_limits().expose_secret(), Runtime::Tokio1);
        let session = session_settings(settings, application_name);
        Pool::builder(manager)
            .max_size(settings.pool_size)
            .runtime(Runtime::Tokio1)
            .wait_timeout(Some(settings.wait))
            .create_timeout(Some(settings.wait))
            .recycle_timeout(Some(settings.wait))
            .post_create(Hook::async_fn(move |connection, _| Box::pin(prepare(connection, session.clone()))))
            .build()
            .map(Self)
            .map_err(|error| DbError::Unavailable(error.to_string()))
    }

    /// Runs `work` in one transaction of this scope and commits it, unless it returns an error.
    ///
    /// When the future is dropped the work goes on to its end: it is either committed or rolled back, but
    /// nobody learns which. All work of this service may be repeated.
    pub async fn run<T, E, F>(&self, scope: Scope, work: F) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<DbError> + From<diesel::result::Error> + Send + 'static,
        F: FnOnce(&mut Tx<'_>) -> Result<T, E> + Send + 'static,
    {
        self.interact(move |conn| schema::transaction(conn, &scope, work)).await
    }

    /// Runs `work`, which reads only, in one transaction of this scope that sees one state of the database throughout.
    pub async fn snapshot<T, E, F>(&self, scope: Scope, work: F) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<DbError> + From<diesel::result::Error> + Send + 'static,
        F: FnOnce(&mut Tx<'_>) -> Result<T, E> + Send + 'static,
    {
        self.interact(move |conn| schema::snapshot(conn, &scope, work)).await
    }

    async fn interact<T, E>(
        &self,
        work: impl FnOnce(&mut PgConnection) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<DbError> + Send + 'static,
    {
        let connection = self.0.get().await.map_err(DbError::from)?;
        // The work's log lines belong to the request or message that asked for it.
        let span = tracing::Span::current();
        connection.interact(move |conn| span.in_scope(|| work(conn))).await.map_err(DbError::from)?
    }

    /// Runs work across tenants: ids of work, and whose token this is.
    pub async fn machinery<T, E, F>(&self, work: F) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<DbError> + From<diesel::result::Error> + Send + 'static,
        F: FnOnce(&mut Tx<'_>) -> Result<T, E> + Send + 'static,
    {
        self.run(Scope::Machinery(MachineryToken::for_platform_only()), work).await
    }

    /// The scope of everything at or below an organization.
    pub async fn subtree(&self, root: Uuid) -> Result<Scope, DbError> {
        self.machinery(move |tx| Ok(schema::organizations::subtree(tx, root)?)).await
    }

    /// Whether the database answers.
    pub async fn ping(&self) -> Result<(), DbError> {
        // A connection that comes out of the pool has answered a query or was just made.
        self.0.get().await.map(drop).map_err(DbError::from)
    }
}

/// How often the server looks whether the client of a running statement is still there.
const CLIENT_CHECK_MS: u32 = 10_000;

/// Whose time-outs are the server's own, so that a lost client's statement ends as well, and its locks with it.
fn session_settings(settings: &DatabaseSettings, application_name: &str) -> String {
    let name: String = application_name.chars().filter(|c| c.is_ascii_alphanumeric() || *c == '-').collect();
    let statement_ms = settings.statement_timeout.as_millis();
    let lock_ms = settings.lock_timeout.as_millis();
    let (dead_ms, dead_seconds) = (settings.dead_peer.as_millis(), settings.dead_peer.as_secs());
    let (idle_seconds, probe_seconds) = (dead_seconds / 2, dead_seconds / 6);
    format!(
        "SET application_name = '{name}'; SET statement_timeout = {statement_ms}; SET lock_timeout = {lock_ms}; \
         SET idle_in_transaction_session_timeout = {statement_ms}; SET TIME ZONE 'UTC'; \
         SET tcp_keepalives_idle = {idle_seconds}; SET tcp_keepalives_interval = {probe_seconds}; \
         SET tcp_keepalives_count = 3; SET tcp_user_timeout = {dead_ms}; \
         SET client_connection_check_interval = {CLIENT_CHECK_MS}"
    )
}

/// Without row-level security there is no service: its role owns nothing and bypasses nothing, or has no connection. Nor
/// is there one without English messages, by which failures are told apart; no other role than a superuser may set that.
async fn prepare(connection: &mut Connection, session: String) -> Result<(), HookError> {
    let (passes_by, locale) = connection
        .interact(move |conn| {
            conn.batch_execute(&session)?;
            Ok::<_, diesel::result::Error>((
                schema::roles::passes_by_policies(conn)?,
                schema::messages::locale(conn)?,
            ))
        })
        .await
        .map_err(|error| HookError::message(error.to_string()))?
        .map_err(|error| HookError::message(error.to_string()))?;
    if passes_by {
        return Err(HookError::message(PASSES_BY));
    }
    if !is_english(&locale) {
        return Err(HookError::message(NOT_ENGLISH));
    }
    Ok(())
}

const PASSES_BY: &str = "the database role is a superuser, bypasses row-level security or owns tables: \
                         USAGE_DATABASE_URL takes the service role, which does none of it";

const NOT_ENGLISH: &str = "the database's messages are not in English: ALTER ROLE … SET lc_messages TO 'C' for the role \
                           of USAGE_DATABASE_URL, as a superuser";

/// An empty name is that of the server's environment, which it does not tell.
fn is_english(locale: &str) -> bool {
    let language = locale.split(['_', '.', '@']).next().unwrap_or_default();
    ["", "C", "POSIX", "en", "English"].iter().any(|english| language.eq_ignore_ascii_case(english))
}

#[cfg(test)]
mod tests {
    use super::is_english;

    #[test]
    fn the_language_of_messages_is_known_by_its_locale() {
        for english in ["", "C", "C.UTF-8", "POSIX", "en_US.UTF-8", "en_GB", "English_United States.1252"] {
            assert!(is_english(english), "{english}");
        }
        for other in ["de_DE.UTF-8", "fr_FR@euro", "ca_ES", "German_Germany.1252"] {
            assert!(!is_english(other), "{other}");
        }
    }
}
