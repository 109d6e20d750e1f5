//! Meters and their dated settings.

use schema::meters::{
    self, NewMeter, Settings, all_settings, by_token, record_settings, settings_in_force, since_ever,
};
use schema::types::{BillingMode, Connectivity};
use schema::{Scope, transaction};
use test_support::database::TestDatabase;
use test_support::tenants::{ACME, GLOBEX};
use uuid::Uuid;

use crate::support::{as_machinery, as_organization, at, day, digest, id};

fn settings(organization_id: Uuid, effective_from: &str, billing_mode: BillingMode) -> Settings {
    Settings {
        organization_id,
        meter_id: id(1),
        effective_from: if effective_from.is_empty() { since_ever() } else { day(effective_from) },
        billing_mode,
        contract_number: if organization_id == ACME { "ACME-0001" } else { "GLOBEX-0001" }.to_owned(),
        site_id: None,
        recorded_at: at("2026-10-05T12:00:00Z"),
    }
}

/// Acme and Globex each register a meter of one and the same id.
fn database_with_meters() -> TestDatabase {
    let database = TestDatabase::with_tenants();
    for (organization_id, token) in [(ACME, digest(1)), (GLOBEX, digest(2))] {
        let meter = NewMeter {
            id: id(1),
            name: "ams-1",
            connectivity: Connectivity::Online,
            public_key: Some(&[9; 32]),
            token_sha256: &token,
            registered_at: at("2026-10-05T12:00:00Z"),
        };
        as_organization(&mut database.service(), organization_id, |tx| {
            meters::register(tx, &meter, &settings(organization_id, "", BillingMode::Production))
        });
    }
    database
}

#[test]
fn a_token_names_one_meter_of_one_organization() {
    let database = database_with_meters();
    let mut service = database.service();
    assert_eq!(as_machinery(&mut service, |tx| by_token(tx, &digest(1))), Some((ACME, id(1))));
    assert_eq!(as_machinery(&mut service, |tx| by_token(tx, &digest(2))), Some((GLOBEX, id(1))));
    assert_eq!(as_machinery(&mut service, |tx| by_token(tx, &digest(3))), None);
}

#[test]
fn the_latest_settings_up_to_a_month_are_in_force() {
    let database = database_with_meters();
    let mut service = database.service();
    as_organization(&mut service, ACME, |tx| {
        record_settings(tx, &settings(ACME, "2026-09-01", BillingMode::Test))?;
        record_settings(tx, &settings(ACME, "2026-11-01", BillingMode::Production))
    });
    for (month, mode) in [
        ("1990-01-01", BillingMode::Production),
        ("2026-08-01", BillingMode::Production),
        ("2026-09-01", BillingMode::Test),
        ("2026-10-01", BillingMode::Test),
        ("2026-11-01", BillingMode::Production),
    ] {
        let found = as_organization(&mut service, ACME, |tx| settings_in_force(tx, id(1), day(month)));
        assert_eq!(found.unwrap().billing_mode, mode, "{month}");
    }
    let history = as_organization(&mut service, ACME, all_settings);
    let dates: Vec<_> = history.iter().map(|settings| settings.effective_from.to_string()).collect();
    assert_eq!(dates, ["0001-01-01", "2026-09-01", "2026-11-01"]);
    assert_eq!(as_organization(&mut service, GLOBEX, all_settings).len(), 1);
    assert_eq!(
        as_organization(&mut service, ACME, |tx| settings_in_force(tx, id(7), day("2026-09-01"))),
        None
    );
}

#[test]
fn settings_begin_with_a_month_and_stay_in_their_organization() {
    let database = database_with_meters();
    let mut service = database.service();
    for refused in [
        settings(ACME, "2026-09-02", BillingMode::Test),
        settings(ACME, "", BillingMode::Test),
        settings(GLOBEX, "2026-09-01", BillingMode::Test),
    ] {
        let outcome =
            transaction(&mut service, &Scope::Organization(ACME), |tx| record_settings(tx, &refused));
        assert!(outcome.is_err(), "{refused:?}");
    }
}

#[test]
fn meters_of_one_id_are_two_in_a_list() {
    let database = database_with_meters();
    let scope = Scope::Subtree { root: ACME, members: vec![ACME, GLOBEX] };
    let page = |after| {
        transaction::<_, diesel::result::Error, _>(&mut database.service(), &scope, |tx| {
            meters::list(tx, after, 1)
        })
        .unwrap()
        .into_iter()
        .map(|meter| (meter.organization_id, meter.id))
        .collect::<Vec<_>>()
    };
    assert_eq!(page(None), [(ACME, id(1))]);
    assert_eq!(page(Some((ACME, id(1)))), [(GLOBEX, id(1))]);
    assert_eq!(page(Some((GLOBEX, id(1)))), []);
}
