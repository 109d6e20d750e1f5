//! Backups made and restored as docs/operations.md says, the latter into another server, with another broker: the
//! reports are the same, what was under way gets done, and what came later is sent again and counts once.

mod cases;
mod site;
mod stack;

use std::path::Path;
use std::thread;

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text};
use e2e::{Client, State, until};
use test_support::database::TestDatabase;

use cases::{CLOCK, Case, Customer, MONTH};
use site::{Roles, Site};
use stack::{Backup, Stack};

#[test]
fn a_restored_service_has_the_same_reports() {
    let turn = stack::turn();
    let folder = tempfile::tempdir().unwrap();
    let cases = Case::all();
    let (settled, rest) = cases.split_at(3);
    let (meanwhile, rest) = rest.split_at(3);
    let (pending, later) = rest.split_at(3);

    let source = Stack::start("restore");
    let first = Site::new(&source, folder.path(), &folder.path().join("heads"));
    let backup = Backup::new(&source, &first, folder.path());
    let lost = lose(&first, &backup, [settled, meanwhile, pending, later]);
    source.stop();
    drop(backup);

    let (data, store) = (folder.path().join("restored-data"), folder.path().join("restored-store"));
    stack::restore(folder.path(), &data, &store, &lost.until);
    let target = Stack::adopt("restored", &data);
    let mut second = Site::new(&target, folder.path(), &folder.path().join("heads"));
    second.store = store;
    State::of(&target.database).assert_same(&lost.then);

    rewind(&mut second, folder.path());
    let requeued = second.succeed(&["requeue"]);
    let files: usize = pending.iter().map(|case| case.files.len()).sum();
    assert!(requeued.starts_with(&format!("uploads {files}, ")), "{requeued}");
    let roles = second.start(None);
    until("the restored work to be done", || State::leftovers(&target.database).is_empty().then_some(()));
    for case in [settled, meanwhile, pending].concat() {
        case.assert_exact(&roles.log_in(&case));
    }
    send_again(&roles, later);
    State::of(&target.database).assert_same(&lost.last);
    let again = roles.log_in(&settled[0]).at(&roles.ingest.server).upload(&settled[0].files[0]);
    assert_eq!(again.status, 200, "{}", again.text());
    until("an audit that is sealed", || second.run(&["audit", "verify"]).status.success().then_some(()));
    second.succeed(&["verify-month", "--month", MONTH]);
    drop(turn);
}

/// What the service was before its loss.
struct Lost {
    /// At the instant up to which it is restored, with files that wait, and messages of them that only the broker has.
    then: State,
    until: String,
    /// In the end.
    last: State,
}

/// Uploads, backups, more uploads, and what a backup is worst at: work under way, and work after it.
fn lose(site: &Site<'_>, backup: &Backup, [settled, meanwhile, pending, later]: [&[Case]; 4]) -> Lost {
    let database = &site.stack.database;
    site.succeed_as_owner(&["migrate"]);
    site.succeed(&["seed-demo"]);
    let mut roles = site.start(Some(CLOCK));
    let customers: Vec<_> =
        [settled, meanwhile, pending, later].concat().iter().map(|case| case.add(&roles, database)).collect();
    let of = |cases: &[Case]| -> Vec<&Customer> {
        customers.iter().filter(|customer| cases.iter().any(|case| case.name == customer.case.name)).collect()
    };
    process(&of(settled), &roles);
    thread::scope(|scope| {
        let sent = scope.spawn(|| process(&of(meanwhile), &roles));
        backup.make("base");
        backup.make("store");
        sent.join().unwrap();
    });
    roles.stop_aggregator();
    for customer in of(pending) {
        customer.send(&roles);
    }
    let sent: usize = pending.iter().map(|case| case.files.len()).sum();
    until("a message that only the broker has", || (outbox(database) < sent).then_some(()));
    let (then, until_then) = (State::of(database), now(database));
    assert!(!State::leftovers(database).is_empty(), "nothing waits");
    roles.start_aggregator(site);
    process(&of(later), &roles);
    until("all work to be done", || State::leftovers(database).is_empty().then_some(()));
    backup.make("store");
    Lost { then, until: until_then, last: State::of(database) }
}

fn process(customers: &[&Customer], roles: &Roles) {
    for customer in customers {
        customer.process(roles);
    }
}

/// To the audit the restored database is one that somebody has shortened. The operator says that it was he.
fn rewind(site: &mut Site<'_>, folder: &Path) {
    let verified = site.run(&["audit", "verify"]);
    let told = String::from_utf8_lossy(&verified.stdout).into_owned();
    assert!(
        !verified.status.success() && told.contains("a head was published here, and the chain ends at"),
        "{told}"
    );
    let heads = folder.join("heads-from-here");
    let rewound = site.succeed(&["audit", "rewind-heads", "--into", heads.to_str().unwrap()]);
    assert!(rewound.contains("heads left out"), "{rewound}");
    site.heads = heads;
}

fn send_again(roles: &Roles, later: &[Case]) {
    for case in later {
        let client = roles.log_in(case);
        assert_eq!(client.get("/v1/uploads").expect(200).json()["items"].as_array().map(Vec::len), Some(0));
        Customer { case: case.clone(), client: Client::clone(&client) }.process(roles);
    }
}

#[derive(QueryableByName)]
struct Count {
    #[diesel(sql_type = BigInt)]
    count: i64,
}

fn outbox(database: &TestDatabase) -> usize {
    let count: Count =
        diesel::sql_query("SELECT count(*) FROM outbox").get_result(&mut database.service()).unwrap();
    count.count.try_into().unwrap()
}

#[derive(QueryableByName)]
struct Now {
    #[diesel(sql_type = Text)]
    now: String,
}

/// By the database's clock.
fn now(database: &TestDatabase) -> String {
    let now =
        r#"SELECT to_char(clock_timestamp() AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS now"#;
    let now: Now = diesel::sql_query(now).get_result(&mut database.service()).unwrap();
    now.now
}
