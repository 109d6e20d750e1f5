//! Deadlocks, as PostgreSQL counts them.

use crate::bench::Bench;
use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sql_types::BigInt;
use schema::types::BillingMode::Production;
use schema::units::{self, UnitKey};
use schema::{Scope, transaction};
use test_support::database::{TestDatabase, until_somebody_waits};
use test_support::tenants::ACME;
use uuid::Uuid;

#[derive(QueryableByName)]
struct Count {
    #[diesel(sql_type = BigInt)]
    count: i64,
}

/// How many there ever were in this database. Its sessions end for it, since they tell at the latest then.
pub fn of(database: &TestDatabase) -> i64 {
    let mut conn = database.service();
    conn.batch_execute(
        "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity
          WHERE datname = current_database() AND usename = current_user AND pid <> pg_backend_pid()",
    )
    .unwrap();
    let count = "SELECT deadlocks AS count FROM pg_stat_database WHERE datname = current_database()";
    let found: Count = diesel::sql_query(count).get_result(&mut database.service()).unwrap();
    found.count
}

#[tokio::test]
async fn a_deadlock_is_counted() {
    let bench = Bench::new();
    let unit = |number: u128| UnitKey {
        billing_mode: Production,
        vcenter_id: Uuid::from_u128(number),
        month: crate::bench::month(),
    };
    bench.run(move |tx| units::mark(tx, &[unit(1), unit(2)])).await;
    assert_eq!(of(&bench.database), 0);
    let (mut one, mut other, mut watcher) =
        (bench.database.service(), bench.database.service(), bench.database.owner());
    let scope = Scope::Organization(ACME);
    let outcomes = std::thread::scope(|threads| {
        transaction(&mut one, &scope, |one| {
            units::lock(one, &unit(1))?;
            let other = threads.spawn(|| {
                transaction(&mut other, &scope, |other| {
                    units::lock(other, &unit(2))?;
                    units::lock(other, &unit(1))
                })
            });
            until_somebody_waits(&mut watcher);
            let mine = units::lock(one, &unit(2));
            // One of the two was broken off; if it is this one, its locks go before the other's end is awaited.
            Ok::<_, diesel::result::Error>((mine.is_err(), other))
        })
        .map(|(mine, other)| (mine, other.join().unwrap().is_err()))
    });
    if let Ok((mine, others)) = outcomes {
        assert!(mine || others, "both were let through");
    }
    drop((one, other));
    assert_eq!(of(&bench.database), 1);
}
