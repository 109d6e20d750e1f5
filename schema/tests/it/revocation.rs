//! A renewal and a revocation at once: the renewal's new token does not outlive it.

use diesel::prelude::*;
use schema::Tx;
use schema::identity::refresh_tokens::{
    NewRefreshToken, Rotation, revoke_families, revoke_family_of, rotate, start_family,
};
use schema::identity::{self, NewUser, accounts};
use schema::types::Role;
use std::thread;
use test_support::database::{TestDatabase, until_somebody_waits};
use test_support::tenants::ACME;

use crate::support::{as_organization, at, digest, id};

const NOW: &str = "2026-10-01T00:00:00Z";

fn token(digest: &[u8; 32]) -> NewRefreshToken<'_> {
    NewRefreshToken { token_sha256: digest, expires_at: at("2026-10-31T00:00:00Z") }
}

fn renew(tx: &mut Tx<'_>, old: u8, new: u8) -> QueryResult<Rotation> {
    rotate(tx, &digest(old), &token(&digest(new)), at(NOW))
}

/// A user whose token 1 was used for token 2.
fn database() -> TestDatabase {
    let database = TestDatabase::with_tenants();
    let (email, password_hash, created_at) = ("admin@acme.test", Some("hash"), at(NOW));
    as_organization(&mut database.service(), ACME, |tx| {
        let admin = NewUser { id: id(1), email, role: Role::PartnerAdmin, password_hash, created_at };
        identity::insert(tx, &admin)?;
        start_family(tx, id(1), id(9), &token(&digest(1)))?;
        renew(tx, 1, 2)
    });
    database
}

/// What token 3 is good for, which a renewal stored while this revocation came.
fn after(revoke: impl FnOnce(&mut Tx<'_>) -> QueryResult<()> + Send) -> Rotation {
    let database = database();
    let (mut one, mut other, mut watcher) = (database.service(), database.service(), database.owner());
    thread::scope(|scope| {
        let revocation = as_organization(&mut one, ACME, |tx| {
            assert_eq!(renew(tx, 2, 3)?, Rotation::Rotated { user_id: id(1) });
            let revocation = scope.spawn(move || as_organization(&mut other, ACME, revoke));
            until_somebody_waits(&mut watcher);
            Ok(revocation)
        });
        revocation.join().unwrap();
    });
    as_organization(&mut database.service(), ACME, |tx| renew(tx, 3, 4))
}

#[test]
fn another_password_ends_a_session_that_is_being_renewed() {
    let rotation = after(|tx| {
        accounts::set_password(tx, id(1), "another")?;
        revoke_families(tx, id(1), None, at(NOW))
    });
    assert_eq!(rotation, Rotation::Reused { ended: None });
}

#[test]
fn a_session_that_is_being_renewed_is_not_spared_for_another() {
    let rotation = after(|tx| revoke_families(tx, id(1), Some(&digest(7)), at(NOW)));
    assert_eq!(rotation, Rotation::Reused { ended: None });
}

#[test]
fn a_log_out_ends_a_session_that_is_being_renewed() {
    let rotation = after(|tx| {
        assert_eq!(revoke_family_of(tx, &digest(2), at(NOW))?, Some(id(1)));
        Ok(())
    });
    assert_eq!(rotation, Rotation::Reused { ended: None });
}

#[test]
fn a_reuse_ends_a_session_that_is_being_renewed() {
    let rotation = after(|tx| {
        assert_eq!(renew(tx, 1, 5)?, Rotation::Reused { ended: Some(id(1)) });
        Ok(())
    });
    assert_eq!(rotation, Rotation::Reused { ended: None });
}
