//! The tenant of a transaction.

use diesel::result::Error;
use schema::types::OrganizationKind;
use schema::{Scope, organizations, runs};
use test_support::database::TestDatabase;
use test_support::tenants::{ACME, CONTOSO, GLOBEX, INITECH, NORTHWIND, VENDOR};

use crate::catalogue::lines;
use crate::support::{as_machinery, as_organization};

const TENANT: &str = "SELECT concat_ws(' ', nullif(current_setting('app.organization', true), ''),
                                            nullif(current_setting('app.subtree', true), '')) AS line";

#[test]
fn the_tenant_ends_with_its_transaction() {
    let database = TestDatabase::with_tenants();
    let mut service = database.service();
    assert_eq!(lines(&mut service, TENANT), [""]);
    as_organization(&mut service, ACME, |tx| organizations::find(tx, ACME));
    assert_eq!(lines(&mut service, TENANT), [""], "after a commit");
    let failed =
        schema::transaction(&mut service, &Scope::Organization(ACME), |_| Err::<(), _>(Error::NotFound));
    assert_eq!(failed, Err(Error::NotFound));
    assert_eq!(lines(&mut service, TENANT), [""], "after a rollback");
}

#[test]
fn a_scope_sees_its_own_organizations() {
    let database = TestDatabase::with_tenants();
    let mut service = database.service();
    let northwind = as_machinery(&mut service, |tx| organizations::subtree(tx, NORTHWIND));
    let vendor = as_machinery(&mut service, |tx| organizations::subtree(tx, VENDOR));
    let mut seen = |scope: &Scope| {
        schema::transaction::<_, Error, _>(&mut service, scope, |tx| organizations::list(tx, None, 100))
            .unwrap()
            .into_iter()
            .map(|organization| organization.id)
            .collect::<Vec<_>>()
    };
    assert_eq!(seen(&Scope::Organization(ACME)), [ACME]);
    assert_eq!(seen(&northwind), [NORTHWIND, ACME, GLOBEX]);
    assert_eq!(seen(&vendor), [VENDOR, NORTHWIND, ACME, GLOBEX, INITECH, CONTOSO]);
    assert!(northwind.narrow(INITECH).is_none());
    assert!(matches!(northwind.narrow(ACME), Some(Scope::Organization(ACME))));
    assert!(vendor.narrow(INITECH).is_some());
}

#[test]
fn pages_of_organizations_follow_each_other() {
    let database = TestDatabase::with_tenants();
    let mut service = database.service();
    let vendor = as_machinery(&mut service, |tx| organizations::subtree(tx, VENDOR));
    let page = |tx: &mut schema::Tx<'_>| organizations::list(tx, Some(NORTHWIND), 2);
    let found = schema::transaction::<_, Error, _>(&mut service, &vendor, page).unwrap();
    assert_eq!(found.iter().map(|organization| organization.id).collect::<Vec<_>>(), [ACME, GLOBEX]);
    assert_eq!(found[0].kind, OrganizationKind::Partner);
}

#[test]
fn only_an_organizations_own_scope_writes() {
    let database = TestDatabase::with_tenants();
    let mut service = database.service();
    let subtree = as_machinery(&mut service, |tx| organizations::subtree(tx, NORTHWIND));
    let refused = schema::transaction(&mut service, &subtree, |tx| tx.organization()).unwrap_err();
    assert!(matches!(refused, Error::QueryBuilderError(_)), "{refused}");
    let asked = schema::transaction(&mut service, &Scope::Organization(ACME), runs::failed_units);
    assert!(matches!(asked, Err(Error::QueryBuilderError(_))), "an organization is not the machinery");
    assert_eq!(
        as_machinery(&mut service, |tx| organizations::find(tx, ACME)),
        None,
        "it sees no tenant data"
    );
}
