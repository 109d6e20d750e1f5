//! The outbox: leases, and relays that pass by each other.

use chrono::TimeDelta;
use schema::outbox::{self, NewMessage};
use schema::{Scope, transaction};
use serde_json::json;
use test_support::database::TestDatabase;
use test_support::tenants::{ACME, GLOBEX};

use crate::support::{as_machinery, as_organization, at};

const NOW: &str = "2026-10-01T00:00:00Z";

fn database_with_messages(count: i32) -> TestDatabase {
    let database = TestDatabase::with_tenants();
    let mut service = database.service();
    for number in 0..count {
        let created_at = at(NOW) + TimeDelta::seconds(i64::from(number));
        let body = json!({"number": number});
        let organization_id = if number % 2 == 0 { ACME } else { GLOBEX };
        as_organization(&mut service, organization_id, |tx| {
            outbox::enqueue(tx, &NewMessage { queue: "register", body: &body, created_at })
        });
    }
    database
}

#[test]
fn messages_are_leased_in_order_and_deleted_once_confirmed() {
    let database = database_with_messages(5);
    let mut service = database.service();
    let (now, until) = (at(NOW), at(NOW) + TimeDelta::seconds(60));
    let first = as_machinery(&mut service, |tx| outbox::lease(tx, now, until, 3));
    assert_eq!(first.iter().map(|message| &message.body["number"]).collect::<Vec<_>>(), [0, 1, 2]);
    assert_eq!((first[1].organization_id, first[1].queue.as_str()), (GLOBEX, "register"));
    let second = as_machinery(&mut service, |tx| outbox::lease(tx, now, until, 3));
    assert_eq!(second.len(), 2, "the others are leased");
    let ids: Vec<_> = first.iter().map(|message| message.id).collect();
    assert_eq!(as_machinery(&mut service, |tx| outbox::delete(tx, &ids)), 3);
    let backlog = as_machinery(&mut service, outbox::backlog);
    assert_eq!((backlog.count, backlog.oldest), (2, Some(at("2026-10-01T00:00:03Z"))));
    let later = as_machinery(&mut service, |tx| outbox::lease(tx, until, until + TimeDelta::seconds(60), 9));
    assert_eq!(later.len(), 2, "the leases of a relay that died end");
}

#[test]
fn two_relays_at_once_get_different_messages() {
    let database = database_with_messages(4);
    let (mut one, mut other) = (database.service(), database.service());
    let (now, until) = (at(NOW), at(NOW) + TimeDelta::seconds(60));
    let (mine, theirs) = as_machinery(&mut one, |tx| {
        let mine = outbox::lease(tx, now, until, 2)?;
        // While the first transaction is open.
        let theirs = as_machinery(&mut other, |tx| outbox::lease(tx, now, until, 9));
        Ok((mine, theirs))
    });
    assert_eq!((mine.len(), theirs.len()), (2, 2));
    assert!(mine.iter().all(|message| !theirs.contains(message)));
}

#[test]
fn only_the_machinery_reads_it() {
    let database = database_with_messages(1);
    let mut service = database.service();
    let asked =
        transaction(&mut service, &Scope::Organization(ACME), |tx| outbox::lease(tx, at(NOW), at(NOW), 1));
    assert!(asked.is_err());
    assert_eq!(as_machinery(&mut service, outbox::backlog).count, 1);
}
