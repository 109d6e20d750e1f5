//! The outbox: leases, and relays that pass by each other.

use chrono::TimeDelta;
use schema::outbox::{self, NewMessage, Turn};
use schema::{Scope, transaction};
use serde_json::json;
use test_support::database::TestDatabase;
use test_support::tenants::{ACME, GLOBEX, INITECH};
use uuid::Uuid;

use crate::support::{as_machinery, as_organization, at};

const NOW: &str = "2026-10-01T00:00:00Z";

/// So many of everybody's messages.
const fn any(limit: i64) -> Turn<'static> {
    Turn { queue: "register", each: limit, limit, except: &[] }
}

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
    let first = as_machinery(&mut service, |tx| outbox::lease(tx, now, until, any(3)));
    assert_eq!(first.iter().map(|message| &message.body["number"]).collect::<Vec<_>>(), [0, 1, 2]);
    assert_eq!((first[1].organization_id, first[1].queue.as_str()), (GLOBEX, "register"));
    let second = as_machinery(&mut service, |tx| outbox::lease(tx, now, until, any(3)));
    assert_eq!(second.len(), 2, "the others are leased");
    let ids: Vec<_> = first.iter().map(|message| message.id).collect();
    assert_eq!(as_machinery(&mut service, |tx| outbox::delete(tx, &ids)), 3);
    let backlog = as_machinery(&mut service, outbox::backlog);
    assert_eq!((backlog.count, backlog.oldest), (2, Some(at("2026-10-01T00:00:03Z"))));
    let later =
        as_machinery(&mut service, |tx| outbox::lease(tx, until, until + TimeDelta::seconds(60), any(9)));
    assert_eq!(later.len(), 2, "the leases of a relay that died end");
}

/// One organization's messages for a queue.
fn enqueue(database: &TestDatabase, organization_id: Uuid, queue: &str, count: usize) {
    as_organization(&mut database.service(), organization_id, |tx| {
        let body = json!({});
        let message = NewMessage { queue, body: &body, created_at: at(NOW) };
        (0..count).try_for_each(|_| outbox::enqueue(tx, &message))
    });
}

#[test]
fn organizations_take_turns() {
    let database = TestDatabase::with_tenants();
    for (organization_id, count) in [(ACME, 50), (GLOBEX, 3), (INITECH, 1)] {
        enqueue(&database, organization_id, "register", count);
    }
    let mut service = database.service();
    let mut lease = |turn| {
        let leased = as_machinery(&mut service, |tx| {
            outbox::lease(tx, at(NOW), at(NOW) + TimeDelta::seconds(60), turn)
        });
        leased.iter().map(|message| message.organization_id).collect::<Vec<_>>()
    };
    // Everybody's first, everybody's second: whoever came last does not wait for fifty others.
    let turn = Turn { queue: "register", each: 2, limit: 9, except: &[] };
    assert_eq!(lease(turn), [ACME, GLOBEX, INITECH, ACME, GLOBEX]);
    assert_eq!(lease(Turn { except: &[ACME], ..turn }), [GLOBEX]);
    assert!(lease(Turn { except: &[ACME], ..turn }).is_empty());
    assert_eq!(lease(Turn { each: 40, limit: 3, ..turn }), [ACME, ACME, ACME]);
}

#[test]
fn queues_are_leased_for_one_by_one() {
    let database = TestDatabase::with_tenants();
    let mut service = database.service();
    let queues = ["register", "meter", "compose"];
    let waiting = |service: &mut _| as_machinery(service, |tx| outbox::waiting_queues(tx, at(NOW), &queues));
    assert!(waiting(&mut service).is_empty());
    enqueue(&database, ACME, "meter", 1);
    enqueue(&database, GLOBEX, "register", 2);
    enqueue(&database, GLOBEX, "elsewhere", 1);
    assert_eq!(waiting(&mut service), ["register", "meter"]);
    let until = at(NOW) + TimeDelta::seconds(60);
    let leased = as_machinery(&mut service, |tx| outbox::lease(tx, at(NOW), until, any(9)));
    assert!(leased.iter().all(|message| message.queue == "register"));
    assert_eq!((leased.len(), waiting(&mut service)), (2, vec!["meter".to_owned()]));
    let later = as_machinery(&mut service, |tx| outbox::waiting_queues(tx, until, &queues));
    assert_eq!(later, ["register", "meter"], "leases end");
}

#[test]
fn two_relays_at_once_get_different_messages() {
    let database = database_with_messages(4);
    let (mut one, mut other) = (database.service(), database.service());
    let (now, until) = (at(NOW), at(NOW) + TimeDelta::seconds(60));
    let (mine, theirs) = as_machinery(&mut one, |tx| {
        let mine = outbox::lease(tx, now, until, any(2))?;
        // While the first transaction is open.
        let theirs = as_machinery(&mut other, |tx| outbox::lease(tx, now, until, any(9)));
        Ok((mine, theirs))
    });
    assert_eq!((mine.len(), theirs.len()), (2, 2));
    assert!(mine.iter().all(|message| !theirs.contains(message)));
}

#[test]
fn only_the_machinery_reads_it() {
    let database = database_with_messages(1);
    let mut service = database.service();
    let asked = transaction(&mut service, &Scope::Organization(ACME), |tx| {
        outbox::lease(tx, at(NOW), at(NOW), any(1))
    });
    assert!(asked.is_err());
    assert_eq!(as_machinery(&mut service, outbox::backlog).count, 1);
}
