//! Changes of users, their one-time links and their wrong passwords.

use diesel::connection::SimpleConnection;
use schema::identity::log_in_addresses;
use schema::identity::log_in_failures::{self as failures, Whose};
use schema::identity::refresh_tokens::{NewRefreshToken, Rotation, revoke_families, rotate, start_family};
use schema::identity::{self, NewUser, accounts, password_links as links};
use schema::types::Role;
use schema::{Scope, Tx, transaction};
use test_support::database::TestDatabase;
use test_support::tenants::{ACME, GLOBEX};

use crate::support::{as_machinery, as_organization, at, digest, id};

const NOW: &str = "2026-10-01T00:00:00Z";
const LATER: &str = "2026-10-02T00:00:00Z";

fn add(tx: &mut Tx<'_>, number: u128, role: Role, password_hash: Option<&str>) -> diesel::QueryResult<()> {
    let email = &format!("user{number}@acme.test");
    identity::insert(tx, &NewUser { id: id(number), email, role, password_hash, created_at: at(NOW) })
}

/// Acme with two admins and a viewer, of whom the first admin alone has a password.
fn database() -> TestDatabase {
    let database = TestDatabase::with_tenants();
    as_organization(&mut database.service(), ACME, |tx| {
        add(tx, 1, Role::PartnerAdmin, Some("hash"))?;
        add(tx, 2, Role::PartnerAdmin, None)?;
        add(tx, 3, Role::PartnerViewer, None)
    });
    database
}

#[test]
fn a_user_shows_whether_they_have_a_password_and_are_disabled() {
    let database = database();
    let mut service = database.service();
    let find = |tx: &mut Tx<'_>, number| identity::find(tx, id(number)).map(Option::unwrap);
    let (first, second) = as_organization(&mut service, ACME, |tx| Ok((find(tx, 1)?, find(tx, 2)?)));
    assert_eq!((first.has_password, second.has_password), (true, false));
    as_organization(&mut service, ACME, |tx| {
        accounts::set_disabled(tx, id(1), Some(at(NOW)))?;
        accounts::set_role(tx, id(1), Role::PartnerViewer)?;
        accounts::set_password(tx, id(2), "another")
    });
    // Another organization's id changes nothing.
    as_organization(&mut service, GLOBEX, |tx| accounts::set_disabled(tx, id(1), None));
    let known = as_machinery(&mut service, |tx| identity::credentials(tx, "user1@acme.test")).unwrap();
    assert_eq!((known.disabled_at, known.role), (Some(at(NOW)), Role::PartnerViewer));
    let known = as_machinery(&mut service, |tx| identity::credentials(tx, "user2@acme.test")).unwrap();
    assert_eq!(known.password_hash.as_deref(), Some("another"));
}

#[test]
fn who_takes_an_admin_away_waits_for_whoever_else_does() {
    let database = database();
    let (mut one, mut other) = (database.service(), database.service());
    other.batch_execute("SET lock_timeout = '200ms'").unwrap();
    transaction::<_, diesel::result::Error, _>(&mut one, &Scope::Organization(ACME), |tx| {
        assert_eq!(accounts::lock_enabled_admins(tx)?, [id(1), id(2)]);
        accounts::set_disabled(tx, id(1), Some(at(NOW)))?;
        let looked = transaction(&mut other, &Scope::Organization(ACME), accounts::lock_enabled_admins);
        assert!(looked.unwrap_err().to_string().contains("lock timeout"));
        Ok(())
    })
    .unwrap();
    assert_eq!(as_organization(&mut other, ACME, accounts::lock_enabled_admins), [id(2)]);
}

#[test]
fn a_password_that_was_compared_can_be_held() {
    let database = database();
    let mut service = database.service();
    let mut held = |number, hash| {
        as_organization(&mut service, ACME, |tx| accounts::lock_password(tx, id(number), hash))
    };
    assert!(held(1, "hash"));
    assert!(!held(1, "another") && !held(2, "hash"));
    as_organization(&mut database.service(), ACME, |tx| accounts::set_disabled(tx, id(1), Some(at(NOW))));
    assert!(!held(1, "hash"), "disabled");
}

#[test]
fn a_user_has_one_link_which_works_once_and_in_its_time() {
    let database = database();
    let mut service = database.service();
    let mut give = |link: u8| {
        as_organization(&mut service, ACME, |tx| links::replace(tx, id(1), &digest(link), at(LATER)));
    };
    give(1);
    give(2);
    let mut service = database.service();
    assert_eq!(as_machinery(&mut service, |tx| links::organization_of(tx, &digest(1))), None, "replaced");
    assert_eq!(as_machinery(&mut service, |tx| links::organization_of(tx, &digest(2))), Some(ACME));
    let mut as_acme = |now: &str| {
        as_organization(&mut service, ACME, |tx| {
            Ok((links::user_of(tx, &digest(2), at(now))?, links::use_up(tx, &digest(2), at(now))?))
        })
    };
    assert_eq!(as_acme(LATER), (None, false), "its time is over");
    assert_eq!(as_acme(NOW), (Some(id(1)), true));
    assert_eq!(as_acme(NOW), (None, false), "it is used up");
    give(3);
    as_organization(&mut database.service(), GLOBEX, |tx| links::withdraw(tx, id(1)));
    let mut service = database.service();
    let mut is_good =
        || as_organization(&mut service, ACME, |tx| links::user_of(tx, &digest(3), at(NOW))).is_some();
    assert!(is_good());
    as_organization(&mut database.service(), ACME, |tx| links::withdraw(tx, id(1)));
    assert!(!is_good());
}

#[test]
fn sessions_end_but_the_one_that_is_named() {
    let database = database();
    let mut service = database.service();
    let tokens: Vec<[u8; 32]> = (0..30).map(digest).collect();
    let kept = |byte: u8| NewRefreshToken { token_sha256: &tokens[usize::from(byte)], expires_at: at(LATER) };
    as_organization(&mut service, ACME, |tx| {
        start_family(tx, id(1), id(11), &kept(1))?;
        start_family(tx, id(1), id(12), &kept(2))?;
        start_family(tx, id(2), id(13), &kept(3))?;
        revoke_families(tx, id(1), Some(&digest(1)), at(NOW))
    });
    let mut renew = |old: u8, new: u8| {
        as_organization(&mut service, ACME, |tx| rotate(tx, &digest(old), &kept(new), at(NOW)))
    };
    assert_eq!(renew(1, 21), Rotation::Rotated { user_id: id(1) });
    assert_eq!(renew(2, 22), Rotation::Reused { ended: None });
    assert_eq!(renew(3, 23), Rotation::Rotated { user_id: id(2) }, "another user's");
    as_organization(&mut database.service(), ACME, |tx| revoke_families(tx, id(1), None, at(NOW)));
    assert_eq!(renew(21, 24), Rotation::Reused { ended: None });
}

fn whose(email: u8, address: &str) -> Whose {
    Whose { email_sha256: digest(email), address: address.to_owned() }
}

#[test]
fn failures_are_counted_by_address_and_together() {
    let database = TestDatabase::new();
    let mut service = database.service();
    let (here, there) = (whose(1, "192.0.2.1"), whose(1, "192.0.2.2"));
    let mut count =
        |whose: &Whose, now: &str| as_machinery(&mut service, |tx| failures::count(tx, whose, at(now)));
    count(&here, NOW);
    count(&here, NOW);
    count(&there, NOW);
    count(&whose(2, "192.0.2.1"), NOW);
    let mut service = database.service();
    let mut of = |whose: &Whose, now: &str| -> Vec<(String, i32)> {
        let known = as_machinery(&mut service, |tx| failures::of(tx, whose, at(now)));
        known.into_iter().map(|known| (known.address, known.failures)).collect()
    };
    assert_eq!(of(&here, NOW), [(String::new(), 3), ("192.0.2.1".to_owned(), 2)]);
    assert_eq!(of(&here, LATER), [], "a day later they are forgotten");

    as_machinery(&mut database.service(), |tx| failures::forget(tx, &here));
    assert_eq!(of(&there, NOW), [("192.0.2.2".to_owned(), 1)], "those from elsewhere stay");
    as_machinery(&mut database.service(), |tx| failures::forget_all(tx, &digest(1)));
    assert_eq!(of(&there, NOW), []);
    assert_eq!(of(&whose(2, "192.0.2.1"), NOW).len(), 2, "another's stay");
}

#[test]
fn forgotten_failures_are_dropped_and_begin_anew() {
    let database = TestDatabase::new();
    let mut service = database.service();
    let here = whose(1, "192.0.2.1");
    for (whose, now) in [(&here, NOW), (&whose(2, "192.0.2.1"), NOW), (&here, LATER)] {
        as_machinery(&mut service, |tx| failures::count(tx, whose, at(now)));
    }
    let known = as_machinery(&mut service, |tx| failures::of(tx, &here, at(LATER)));
    assert!(known.iter().all(|known| known.failures == 1), "{known:?}");
    let left = crate::catalogue::lines(
        &mut service,
        "SELECT DISTINCT encode(email_sha256, 'hex') AS line FROM log_in_failures",
    );
    assert_eq!(left, ["01".repeat(32)]);
}

#[test]
fn an_address_of_a_log_in_is_known_for_a_time() {
    let database = TestDatabase::new();
    let mut service = database.service();
    let here = whose(1, "192.0.2.1");
    let end = at(NOW) + log_in_addresses::FORGOTTEN_AFTER;
    as_machinery(&mut service, |tx| log_in_addresses::remember(tx, &here, at(NOW)));
    let mut is_known =
        |whose: &Whose, now| as_machinery(&mut service, |tx| log_in_addresses::is_known(tx, whose, now));
    assert!(is_known(&here, at(LATER)) && !is_known(&here, end));
    assert!(!is_known(&whose(1, "192.0.2.2"), at(NOW)) && !is_known(&whose(2, "192.0.2.1"), at(NOW)));
    let mut service = database.service();
    as_machinery(&mut service, |tx| log_in_addresses::remember(tx, &whose(2, "192.0.2.1"), end));
    let query = "SELECT encode(email_sha256, 'hex') AS line FROM log_in_addresses";
    assert_eq!(crate::catalogue::lines(&mut service, query), ["02".repeat(32)]);
}
