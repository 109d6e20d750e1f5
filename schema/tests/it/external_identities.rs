//! Users who sign in elsewhere, and sign-ins on their way.

use diesel::QueryResult;
use diesel::result::{DatabaseErrorKind, Error};
use schema::identity::external::{self, KnownUser};
use schema::identity::sign_in_flows::{self, Flow};
use schema::identity::{self, NewUser};
use schema::types::Role;
use schema::{Scope, transaction};
use test_support::database::TestDatabase;
use test_support::tenants::{ACME, GLOBEX};
use uuid::Uuid;

use crate::support::{as_machinery, as_organization, at, digest, id};

const ISSUER: &str = "https://login.test";
const NOW: &str = "2026-10-01T00:00:00Z";

/// Acme with two users, of whom the first is linked.
fn database() -> TestDatabase {
    let database = TestDatabase::with_tenants();
    as_organization(&mut database.service(), ACME, |tx| {
        for (number, email) in [(1, "one@acme.test"), (2, "two@acme.test")] {
            let role = Role::PartnerAdmin;
            let user = NewUser { id: id(number), email, role, password_hash: None, created_at: at(NOW) };
            identity::insert(tx, &user)?;
        }
        external::link(tx, id(1), ISSUER, "subject-1", at(NOW))
    });
    database
}

fn link(database: &TestDatabase, user_id: Uuid, issuer: &str, subject: &str) -> QueryResult<()> {
    transaction(&mut database.service(), &Scope::Organization(ACME), |tx| {
        external::link(tx, user_id, issuer, subject, at(NOW))
    })
}

#[test]
fn a_user_is_known_by_the_subject_and_else_by_the_address() {
    let database = database();
    let find = |issuer: &str, subject: &str, email: Option<&str>| {
        as_machinery(&mut database.service(), |tx| external::user_of(tx, issuer, subject, email))
    };
    let known = |user_id, linked| Some(KnownUser { organization_id: ACME, user_id, linked });
    assert_eq!(find(ISSUER, "subject-1", None), known(id(1), true));
    assert_eq!(find(ISSUER, "subject-1", Some("two@acme.test")), known(id(1), true), "the subject counts");
    assert_eq!(find(ISSUER, "subject-2", Some("Two@Acme.test")), known(id(2), false));
    assert_eq!(find("https://other.test", "subject-1", None), None, "a subject is one of its issuer");
    assert_eq!(find(ISSUER, "subject-2", None), None);
    assert_eq!(find(ISSUER, "subject-2", Some("nobody@acme.test")), None);
}

#[test]
fn a_subject_is_one_users_and_a_user_has_one_subject_of_an_issuer() {
    let database = database();
    for (user, issuer, subject) in [(2, ISSUER, "subject-1"), (1, ISSUER, "subject-2")] {
        let again = link(&database, id(user), issuer, subject);
        let taken = matches!(again, Err(Error::DatabaseError(DatabaseErrorKind::UniqueViolation, _)));
        assert!(taken, "{user} {subject}: {again:?}");
    }
    link(&database, id(1), "https://other.test", "subject-1").unwrap();
    link(&database, id(2), ISSUER, "subject-2").unwrap();
    let other = transaction(&mut database.service(), &Scope::Organization(GLOBEX), |tx| {
        external::link(tx, id(2), "https://third.test", "subject-2", at(NOW))
    });
    assert!(other.is_err(), "another organization's user: {other:?}");
}

fn flow(number: u8, address: &str, expires_at: &str) -> Flow {
    Flow {
        flow_sha256: digest(number).to_vec(),
        state_sha256: digest(100).to_vec(),
        nonce_sha256: digest(101).to_vec(),
        verifier: "verifier".to_owned(),
        redirect_uri: "https://portal.test/return".to_owned(),
        address: address.to_owned(),
        expires_at: at(expires_at),
    }
}

#[test]
fn a_flow_is_taken_once_and_forgotten_when_its_time_is_over() {
    let database = database();
    let service = &mut database.service();
    for (number, expires_at) in [(1, "2026-10-01T00:10:00Z"), (2, "2026-10-01T00:11:00Z")] {
        as_machinery(service, |tx| sign_in_flows::insert(tx, &flow(number, "192.0.2.1", expires_at)));
    }
    let taken = as_machinery(service, |tx| sign_in_flows::take(tx, &digest(1)));
    assert_eq!(taken.unwrap().verifier, "verifier");
    assert!(as_machinery(service, |tx| sign_in_flows::take(tx, &digest(1))).is_none());
    let mut left_after = |before: &str| {
        as_machinery(service, |tx| {
            sign_in_flows::sweep(tx, at(before))?;
            sign_in_flows::count(tx)
        })
    };
    assert_eq!((left_after("2026-10-01T00:11:00Z"), left_after("2026-10-01T00:11:01Z")), (1, 0));
}

#[test]
fn the_oldest_flows_make_room_those_of_the_same_address_first() {
    let database = database();
    let service = &mut database.service();
    for (number, address, expires_at) in [
        (1, "192.0.2.1", "2026-10-01T00:12:00Z"),
        (2, "192.0.2.1", "2026-10-01T00:11:00Z"),
        (3, "192.0.2.1", "2026-10-01T00:13:00Z"),
        (4, "192.0.2.2", "2026-10-01T00:10:00Z"),
    ] {
        as_machinery(service, |tx| sign_in_flows::insert(tx, &flow(number, address, expires_at)));
    }
    assert_eq!(as_machinery(service, |tx| sign_in_flows::keep_newest_of(tx, "192.0.2.1", 3)), 0);
    assert_eq!(as_machinery(service, |tx| sign_in_flows::keep_newest_of(tx, "192.0.2.1", 2)), 1);
    assert_eq!(as_machinery(service, |tx| sign_in_flows::keep_newest(tx, 3)), 0);
    assert_eq!(as_machinery(service, |tx| sign_in_flows::keep_newest(tx, 2)), 1);
    let left = as_machinery(service, |tx| {
        (1..=4)
            .filter_map(|number| sign_in_flows::take(tx, &digest(number)).transpose())
            .collect::<QueryResult<Vec<_>>>()
    });
    let left: Vec<_> = left.into_iter().map(|flow| flow.flow_sha256).collect();
    assert_eq!(left, [digest(1).to_vec(), digest(3).to_vec()]);
}
