//! Users and their sessions.

use diesel::result::{DatabaseErrorKind, Error};
use schema::identity::refresh_tokens::{
    NewRefreshToken, Rotation, organization_of, revoke_family_of, rotate, start_family, sweep,
};
use schema::identity::{self, NewUser};
use schema::types::Role;
use schema::{Scope, transaction};
use test_support::database::TestDatabase;
use test_support::tenants::{ACME, GLOBEX};

use crate::support::{as_machinery, as_organization, at, digest, id};

fn database_with_a_user() -> TestDatabase {
    let database = TestDatabase::with_tenants();
    as_organization(&mut database.service(), ACME, |tx| identity::insert(tx, &admin()));
    database
}

fn admin() -> NewUser<'static> {
    NewUser {
        id: id(1),
        email: "Admin@Acme.test",
        role: Role::PartnerAdmin,
        password_hash: Some("$argon2id$"),
        created_at: at("2026-10-01T00:00:00Z"),
    }
}

#[test]
fn a_user_is_found_by_email_whatever_its_case() {
    let database = database_with_a_user();
    let mut service = database.service();
    let found = as_machinery(&mut service, |tx| identity::credentials(tx, "ADMIN@acme.TEST")).unwrap();
    assert_eq!((found.organization_id, found.id, found.role), (ACME, id(1), Role::PartnerAdmin));
    assert!(as_machinery(&mut service, |tx| identity::credentials(tx, "nobody@acme.test")).is_none());
    assert!(as_organization(&mut service, GLOBEX, |tx| identity::find(tx, id(1))).is_none());
    let own = as_organization(&mut service, ACME, |tx| identity::list(tx, None, 10));
    assert_eq!(own[0].email, "admin@acme.test");
}

#[test]
fn an_email_is_one_users_over_all_organizations() {
    let database = database_with_a_user();
    let again = transaction(&mut database.service(), &Scope::Organization(GLOBEX), |tx| {
        identity::insert(tx, &NewUser { id: id(2), ..admin() })
    });
    assert!(matches!(again, Err(Error::DatabaseError(DatabaseErrorKind::UniqueViolation, _))));
}

const NOW: &str = "2026-10-01T00:00:00Z";

fn token(digest: &[u8; 32]) -> NewRefreshToken<'_> {
    NewRefreshToken { token_sha256: digest, expires_at: at("2026-10-31T00:00:00Z") }
}

#[test]
fn a_refresh_token_works_once_and_its_reuse_revokes_the_family() {
    let database = database_with_a_user();
    let mut service = database.service();
    as_organization(&mut service, ACME, |tx| start_family(tx, id(1), id(9), &token(&digest(1))));
    assert_eq!(as_machinery(&mut service, |tx| organization_of(tx, &digest(1))), Some(ACME));
    let mut use_up = |old: u8, new: u8| {
        as_organization(&mut service, ACME, |tx| rotate(tx, &digest(old), &token(&digest(new)), at(NOW)))
    };
    assert_eq!(use_up(1, 2), Rotation::Rotated { user_id: id(1) });
    assert_eq!(use_up(2, 3), Rotation::Rotated { user_id: id(1) });
    assert_eq!(use_up(1, 4), Rotation::Reused { ended: Some(id(1)) });
    assert_eq!(use_up(3, 5), Rotation::Reused { ended: None }, "the family is gone");
    assert_eq!(use_up(4, 5), Rotation::Unknown, "no replacement came of the reuse");
}

#[test]
fn a_refresh_token_has_an_end() {
    let database = database_with_a_user();
    let mut service = database.service();
    as_organization(&mut service, ACME, |tx| start_family(tx, id(1), id(9), &token(&digest(1))));
    let late = at("2026-10-31T00:00:00Z");
    let rotation = as_organization(&mut service, ACME, |tx| rotate(tx, &digest(1), &token(&digest(2)), late));
    assert_eq!(rotation, Rotation::Expired);
    assert_eq!(as_organization(&mut service, GLOBEX, |tx| sweep(tx, at("2027-01-01T00:00:00Z"))), 0);
    assert_eq!(as_organization(&mut service, ACME, |tx| sweep(tx, at("2027-01-01T00:00:00Z"))), 1);
}

#[test]
fn a_log_out_ends_the_family() {
    let database = database_with_a_user();
    let mut service = database.service();
    as_organization(&mut service, ACME, |tx| start_family(tx, id(1), id(9), &token(&digest(1))));
    as_organization(&mut service, ACME, |tx| revoke_family_of(tx, &digest(1), at(NOW)));
    as_organization(&mut service, ACME, |tx| revoke_family_of(tx, &digest(8), at(NOW)));
    let rotation =
        as_organization(&mut service, ACME, |tx| rotate(tx, &digest(1), &token(&digest(2)), at(NOW)));
    assert_eq!(rotation, Rotation::Reused { ended: None });
}
