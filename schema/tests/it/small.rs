//! Attempts, the clock's offset, idempotency keys, contracts and sites.

use schema::attempts::Trouble;
use schema::contracts::Site;
use schema::idempotency::FirstAnswer;
use schema::{attempts, clock, contracts, idempotency};
use serde_json::json;
use test_support::database::TestDatabase;
use test_support::tenants::{ACME, GLOBEX};

use crate::support::{as_machinery, as_organization, at, digest, id};

const MESSAGE: (&str, &str) = ("meter", "production/1");
const NOW: &str = "2026-10-01T00:00:00Z";

#[test]
fn failures_are_counted_until_they_are_cleared() {
    let database = TestDatabase::with_tenants();
    let mut service = database.service();
    let mut fail = |organization_id| {
        as_organization(&mut service, organization_id, |tx| {
            attempts::record(tx, MESSAGE, Trouble::Failed(&"x".repeat(9000)), at(NOW))
                .map(|known| known.attempts)
        })
    };
    assert_eq!((fail(ACME), fail(ACME), fail(GLOBEX)), (1, 2, 1));
    as_organization(&mut service, ACME, |tx| attempts::clear(tx, "meter", "production/1"));
    let after = as_organization(&mut service, ACME, |tx| {
        attempts::record(tx, MESSAGE, Trouble::Failed("again"), at(NOW))
    });
    assert_eq!((after.attempts, after.last_error.as_deref()), (1, Some("again")));
}

#[test]
fn beginnings_are_counted_until_a_verdict() {
    let database = TestDatabase::with_tenants();
    let mut service = database.service();
    let mut meet = |trouble| {
        let known = as_organization(&mut service, ACME, |tx| attempts::record(tx, MESSAGE, trouble, at(NOW)));
        (known.begun, known.hindered, known.attempts)
    };
    assert_eq!(meet(Trouble::BegunAgain), (1, 0, 0));
    assert_eq!(meet(Trouble::BegunAgain), (2, 0, 0));
    assert_eq!(meet(Trouble::Hindered("slow")), (0, 1, 0));
    assert_eq!(meet(Trouble::BegunAgain), (1, 1, 0));
    assert_eq!(meet(Trouble::Failed("wrong")), (0, 1, 1));
    meet(Trouble::BegunAgain);
    as_organization(&mut service, ACME, |tx| attempts::end(tx, MESSAGE.0, MESSAGE.1));
    let known = as_organization(&mut service, ACME, |tx| attempts::find(tx, MESSAGE.0, MESSAGE.1));
    let known = known.unwrap();
    assert_eq!((known.begun, known.total(), known.last_error.as_deref()), (0, 2, Some("wrong")));
}

#[test]
fn the_clocks_offset_is_one_for_all() {
    let database = TestDatabase::new();
    let mut service = database.service();
    assert_eq!(as_machinery(&mut service, clock::offset_ms), 0);
    for offset_ms in [-86_400_000, 5] {
        as_machinery(&mut service, |tx| clock::set_offset_ms(tx, offset_ms));
        assert_eq!(as_machinery(&mut database.service(), clock::offset_ms), offset_ms);
    }
}

#[test]
fn the_first_answer_is_found_again() {
    let database = TestDatabase::with_tenants();
    let mut service = database.service();
    let answer = FirstAnswer { body_sha256: digest(1).to_vec(), status: 201, answer: json!({"id": 1}) };
    as_organization(&mut service, ACME, |tx| {
        assert_eq!(idempotency::find_or_lock(tx, "POST /v1/meters", "k")?, None);
        idempotency::remember(tx, "POST /v1/meters", "k", &answer, at(NOW))
    });
    let mut find = |organization_id, key| {
        as_organization(&mut service, organization_id, |tx| {
            idempotency::find_or_lock(tx, "POST /v1/meters", key)
        })
    };
    assert_eq!(find(ACME, "k"), Some(answer));
    assert_eq!(find(ACME, "other"), None);
    assert_eq!(find(GLOBEX, "k"), None, "a key is its organization's own");
}

#[test]
fn a_second_request_with_a_key_waits_for_the_first() {
    let database = TestDatabase::with_tenants();
    let mut first = database.service();
    let mut second = database.service();
    diesel::connection::SimpleConnection::batch_execute(&mut second, "SET lock_timeout = 50").unwrap();
    as_organization(&mut first, ACME, |tx| {
        idempotency::find_or_lock(tx, "POST /v1/meters", "k")?;
        let scope = schema::Scope::Organization(ACME);
        let blocked = schema::transaction(&mut second, &scope, |tx| {
            idempotency::find_or_lock(tx, "POST /v1/meters", "k")
        });
        assert!(blocked.unwrap_err().to_string().contains("lock timeout"));
        Ok(())
    });
}

#[test]
fn contracts_and_sites_are_listed_in_pages() {
    let database = TestDatabase::with_tenants();
    let mut service = database.service();
    as_organization(&mut service, ACME, |tx| {
        contracts::insert(tx, "ACME-0002", at(NOW))?;
        contracts::insert_site(
            tx,
            &Site {
                organization_id: ACME,
                id: id(1),
                contract_number: "ACME-0002".to_owned(),
                name: "ams".to_owned(),
                created_at: at(NOW),
            },
        )
    });
    let mut numbers = |after| {
        let page = as_organization(&mut service, ACME, |tx| contracts::list(tx, after, 1));
        page.into_iter().map(|contract| contract.number).collect::<Vec<_>>()
    };
    assert_eq!(numbers(None), ["ACME-0001"]);
    assert_eq!(numbers(Some((ACME, "ACME-0001"))), ["ACME-0002"]);
    assert_eq!(numbers(Some((ACME, "ACME-0002"))), [""; 0]);
    assert_eq!(as_organization(&mut service, ACME, |tx| contracts::list_sites(tx, None, 9)).len(), 1);
    assert_eq!(as_organization(&mut service, GLOBEX, |tx| contracts::list_sites(tx, None, 9)).len(), 0);
}
