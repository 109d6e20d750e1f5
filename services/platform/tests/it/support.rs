//! Shorthands.

use platform::config::DatabaseSettings;
use platform::db::Db;
use std::time::Duration;
use test_support::database::TestDatabase;

/// The pool of a test's database, with short time-outs.
pub fn db(database: &TestDatabase) -> Db {
    Db::new(&settings(database.service_url()), "platform-test").unwrap()
}

/// Short time-outs and few connections.
pub fn settings(url: String) -> DatabaseSettings {
    let mut settings = DatabaseSettings::new(url.into());
    settings.pool_size = 2;
    settings.wait = Duration::from_millis(500);
    settings.lock_timeout = Duration::from_millis(200);
    settings.statement_timeout = Duration::from_millis(1500);
    settings
}

/// Asks again and again until it holds.
pub async fn eventually(what: &str, mut holds: impl AsyncFnMut() -> bool) {
    for _ in 0..600 {
        if holds().await {
            return;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("{what}: not within 30 seconds");
}
