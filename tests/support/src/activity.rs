//! What goes on in a test's database, and what is kept from going on.
#![allow(clippy::expect_used, clippy::missing_panics_doc, reason = "a test that cannot begin has failed")]

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sql_types::BigInt;

use crate::database::TestDatabase;

/// A table that nobody else can read, until this is dropped.
pub struct Locked {
    _owner: PgConnection,
}

impl Locked {
    /// Locks a table.
    pub fn table(database: &TestDatabase, table: &str) -> Self {
        let mut owner = database.owner();
        owner.batch_execute(&format!("BEGIN; LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE")).expect("a lock");
        Self { _owner: owner }
    }
}

/// How many sessions have a transaction open in which nothing happens.
pub fn idle_transactions(database: &TestDatabase) -> i64 {
    #[derive(QueryableByName)]
    struct Sessions {
        #[diesel(sql_type = BigInt)]
        count: i64,
    }
    let query = "SELECT count(*) AS count FROM pg_stat_activity
                  WHERE datname = current_database() AND state LIKE 'idle in transaction%'";
    diesel::sql_query(query).get_result::<Sessions>(&mut database.service()).expect("pg_stat_activity").count
}
