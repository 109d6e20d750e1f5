//! The pool: scopes, time-outs, and what failures are called.

use diesel::result::Error as DieselError;
use platform::config::DatabaseSettings;
use platform::db::{Db, DbError};
use schema::{Scope, organizations};
use std::time::{Duration, Instant};
use test_support::database::TestDatabase;
use test_support::tenants::{ACME, GLOBEX, NORTHWIND, VENDOR};

use crate::support::{db, settings};

#[tokio::test]
async fn work_runs_in_its_scope() {
    let database = TestDatabase::with_tenants();
    let db = db(&database);
    let own = db.run(Scope::Organization(ACME), |tx| Ok::<_, DbError>(organizations::find(tx, ACME)?)).await;
    assert_eq!(own.unwrap().unwrap().name, "Acme Cloud");
    let foreign =
        db.run(Scope::Organization(ACME), |tx| Ok::<_, DbError>(organizations::find(tx, VENDOR)?)).await;
    assert_eq!(foreign.unwrap(), None);
    let Scope::Subtree { root, members } = db.subtree(NORTHWIND).await.unwrap() else { panic!("no subtree") };
    assert_eq!((root, members.len()), (NORTHWIND, 3));
    db.ping().await.unwrap();
}

/// The members are a lie, so that what is seen is the policies' doing alone: the root that this transaction set, and
/// nothing that the connection's last user left behind.
async fn sees_acme(db: &Db) -> bool {
    let lie = Scope::Subtree { root: GLOBEX, members: vec![ACME] };
    db.run(lie, |tx| Ok::<_, DbError>(organizations::find(tx, ACME)?.is_some())).await.unwrap()
}

#[tokio::test]
async fn a_pooled_connection_carries_no_tenant_over() {
    let database = TestDatabase::with_tenants();
    let one = DatabaseSettings { pool_size: 1, ..settings(database.service_url()) };
    let db = Db::new(&one, "platform-test").unwrap();
    let own = || Scope::Organization(ACME);
    assert!(!sees_acme(&db).await);
    db.run(own(), |tx| Ok::<_, DbError>(organizations::find(tx, ACME)?)).await.unwrap().unwrap();
    assert!(!sees_acme(&db).await, "after a commit");
    let failed = db.run(own(), |_| Err::<(), DbError>(DieselError::NotFound.into())).await;
    assert!(failed.is_err() && !sees_acme(&db).await, "after a rollback");
    let panicked = db.run(own(), |_| -> Result<(), DbError> { panic!("as a test") }).await;
    assert!(panicked.is_err() && !sees_acme(&db).await, "after a panic");
    let lost = tokio::time::timeout(
        Duration::from_millis(10),
        db.run(own(), |_| {
            std::thread::sleep(Duration::from_millis(100));
            Ok::<_, DbError>(())
        }),
    );
    assert!(lost.await.is_err() && !sees_acme(&db).await, "after a future that was dropped");
}

#[tokio::test]
async fn a_failure_rolls_back_and_a_panic_spares_the_pool() {
    let database = TestDatabase::with_tenants();
    let db = db(&database);
    let set = |tx: &mut schema::Tx<'_>| schema::clock::set_offset_ms(tx, 5);
    let failed = db
        .machinery(move |tx| {
            set(tx)?;
            Err::<(), DbError>(DieselError::NotFound.into())
        })
        .await;
    assert!(matches!(failed, Err(DbError::Query(DieselError::NotFound))));
    for _ in 0..4 {
        let panicked = db
            .machinery(move |tx| -> Result<(), DbError> {
                set(tx)?;
                panic!("as a test");
            })
            .await;
        assert!(matches!(panicked, Err(DbError::Panicked)));
    }
    let offset = db.machinery(|tx| Ok::<_, DbError>(schema::clock::offset_ms(tx)?)).await;
    assert_eq!(offset.unwrap(), 0);
}

#[tokio::test]
async fn waiting_for_a_connection_has_an_end() {
    let database = TestDatabase::new();
    let db = db(&database);
    let hold = || {
        let db = db.clone();
        tokio::spawn(async move {
            db.machinery(|_| {
                std::thread::sleep(Duration::from_millis(1200));
                Ok::<_, DbError>(())
            })
            .await
        })
    };
    let (one, other) = (hold(), hold());
    tokio::time::sleep(Duration::from_millis(300)).await;
    let began = Instant::now();
    let refused = db.ping().await.unwrap_err();
    assert!(refused.is_unavailable(), "{refused}");
    assert!(began.elapsed() < Duration::from_secs(1));
    one.await.unwrap().unwrap();
    other.await.unwrap().unwrap();
    db.ping().await.unwrap();
}

#[tokio::test]
async fn a_lock_that_is_held_is_contention() {
    let database = TestDatabase::with_tenants();
    let db = db(&database);
    let (locked, is_locked) = tokio::sync::oneshot::channel();
    let (release, released) = std::sync::mpsc::channel::<()>();
    let holder = {
        let db = db.clone();
        tokio::spawn(async move {
            db.run(Scope::Organization(ACME), move |tx| {
                schema::uploads::lock_digest(tx, &[1; 32])?;
                let _ = locked.send(());
                let _ = released.recv();
                Ok::<_, DbError>(())
            })
            .await
        })
    };
    is_locked.await.unwrap();
    let lock = |tx: &mut schema::Tx<'_>| Ok::<_, DbError>(schema::uploads::lock_digest(tx, &[1; 32])?);
    let refused = db.run(Scope::Organization(ACME), lock).await.unwrap_err();
    assert!(matches!(refused, DbError::Contended(_)) && refused.is_transient(), "{refused}");
    release.send(()).unwrap();
    holder.await.unwrap().unwrap();
}

#[tokio::test]
async fn an_absent_server_is_unavailable() {
    let settings = settings("postgres://nobody:hidden@127.0.0.1:1/nothing".to_owned());
    let db = Db::new(&settings, "test").unwrap();
    let error = db.ping().await.unwrap_err();
    assert!(error.is_unavailable());
    assert!(!error.to_string().contains("hidden"), "{error}");
}

#[tokio::test]
async fn a_lost_connection_is_unavailable() {
    let database = TestDatabase::with_tenants();
    let db = db(&database);
    let lost = db
        .machinery(move |tx| {
            // A database that goes takes its sessions along, as a server does that restarts.
            drop(database);
            Ok::<_, DbError>(schema::clock::offset_ms(tx)?)
        })
        .await
        .unwrap_err();
    assert!(lost.is_unavailable(), "{lost}");
    assert!(db.ping().await.unwrap_err().is_unavailable());
}

/// A thread waits for it, and threads are few.
#[tokio::test]
async fn a_server_that_says_nothing_is_given_up() {
    let silent = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("postgres://nobody@{}/nothing", silent.local_addr().unwrap());
    let settings = DatabaseSettings { connect: Duration::from_secs(2), ..settings(url) };
    let refused = Db::new(&settings, "platform-test").unwrap().ping().await.unwrap_err();
    assert!(refused.is_unavailable(), "{refused}");
    let given_up = tokio::task::spawn_blocking(move || {
        let mut stream = silent.accept().unwrap().0;
        stream.set_read_timeout(Some(Duration::from_mins(1))).unwrap();
        std::io::Read::read_to_end(&mut stream, &mut Vec::new())
    });
    given_up.await.unwrap().unwrap();
}

#[tokio::test]
async fn a_role_that_policies_do_not_hold_gets_no_connection() {
    let database = TestDatabase::with_tenants();
    for url in [database.owner_url(), database.tester_url()] {
        let refused = Db::new(&settings(url), "platform-test").unwrap().ping().await.unwrap_err();
        assert!(refused.to_string().contains("USAGE_DATABASE_URL takes the service role"), "{refused}");
    }
}
