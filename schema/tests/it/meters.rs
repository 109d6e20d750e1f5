//! Meters, their dated settings and their tokens.

use schema::meters::{
    self, MeterFilter, NewMeter, NewToken, Settings, add_token, by_token, history, next_change,
    record_settings, revoke_token, revoke_tokens, settings_id, settings_in_force, settings_of_month,
    since_ever,
};
use schema::types::{BillingMode, Connectivity};
use schema::{Scope, transaction};
use test_support::database::TestDatabase;
use test_support::tenants::{ACME, GLOBEX, NORTHWIND, VENDOR};
use uuid::Uuid;

use crate::catalogue::lines;
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
        id: Uuid::now_v7(),
        recorded_by: Some("user:1".to_owned()),
    }
}

/// Acme and Globex each register a meter of one and the same id.
fn database_with_meters() -> TestDatabase {
    let database = TestDatabase::with_tenants();
    for (organization_id, token_sha256) in [(ACME, digest(1)), (GLOBEX, digest(2))] {
        let meter = NewMeter {
            id: id(1),
            name: "ams-1",
            connectivity: Connectivity::Online,
            public_key: Some(&[9; 32]),
            registered_at: at("2026-10-05T12:00:00Z"),
        };
        as_organization(&mut database.service(), organization_id, |tx| {
            meters::register(tx, &meter, &settings(organization_id, "", BillingMode::Production))?;
            let created_at = at("2026-10-05T12:00:00Z");
            add_token(tx, id(1), &NewToken { id: id(50), token_sha256: &token_sha256, created_at })
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
fn a_revoked_token_names_nobody() {
    let database = database_with_meters();
    let mut service = database.service();
    let now = at("2026-10-06T12:00:00Z");
    as_organization(&mut service, ACME, |tx| {
        add_token(tx, id(1), &NewToken { id: id(51), token_sha256: &digest(3), created_at: now })
    });
    let good = |token| as_machinery(&mut database.service(), |tx| by_token(tx, &digest(token))).is_some();
    assert_eq!((good(1), good(3)), (true, true));
    let mut revoke = || as_organization(&mut service, ACME, |tx| revoke_token(tx, id(1), id(50), now));
    assert_eq!((revoke(), revoke()), (1, 0));
    assert_eq!((good(1), good(2), good(3)), (false, true, true));
    assert_eq!(as_organization(&mut service, ACME, |tx| revoke_tokens(tx, id(1), now)), 1);
    assert_eq!((good(2), good(3)), (true, false));
}

#[test]
fn what_is_recorded_later_holds_though_its_clock_is_behind() {
    let database = database_with_meters();
    let mut service = database.service();
    as_organization(&mut service, ACME, |tx| {
        let ahead = Settings { id: id(9), ..settings(ACME, "2026-09-01", BillingMode::Production) };
        record_settings(tx, &ahead)?;
        let behind = settings_id(tx, id(1), id(7))?;
        assert_eq!(behind, id(10));
        record_settings(tx, &Settings { id: behind, ..settings(ACME, "2026-09-01", BillingMode::Test) })?;
        let in_force = settings_in_force(tx, id(1), day("2026-09-01"))?.unwrap();
        assert_eq!(in_force.billing_mode, BillingMode::Test);
        assert_eq!(settings_id(tx, id(1), id(20))?, id(20), "a clock that is not behind");
        assert_eq!(settings_id(tx, id(2), id(7))?, id(7), "another meter");
        Ok(())
    });
}

#[test]
fn the_latest_settings_up_to_a_month_are_in_force_and_of_one_month_the_last_recorded() {
    let database = database_with_meters();
    let mut service = database.service();
    as_organization(&mut service, ACME, |tx| {
        record_settings(tx, &settings(ACME, "2026-09-01", BillingMode::Production))?;
        record_settings(tx, &settings(ACME, "2026-11-01", BillingMode::Production))?;
        record_settings(tx, &settings(ACME, "2026-09-01", BillingMode::Test))
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
        let all = as_organization(&mut service, ACME, |tx| settings_of_month(tx, day(month)));
        assert_eq!(all.iter().map(|(settings, _)| settings.billing_mode).collect::<Vec<_>>(), [mode]);
    }
    let whole = as_organization(&mut service, ACME, |tx| history(tx, id(1)));
    let dates: Vec<_> = whole.iter().map(|settings| settings.effective_from.to_string()).collect();
    assert_eq!(dates, ["0001-01-01", "2026-09-01", "2026-09-01", "2026-11-01"]);
    let mut next = |month| as_organization(&mut service, ACME, |tx| next_change(tx, id(1), day(month)));
    assert_eq!(next("2026-08-01"), Some(day("2026-09-01")));
    assert_eq!(next("2026-09-01"), Some(day("2026-11-01")));
    assert_eq!(next("2026-11-01"), None);
    assert_eq!(as_organization(&mut service, GLOBEX, |tx| history(tx, id(1))).len(), 1);
    assert_eq!(
        as_organization(&mut service, ACME, |tx| settings_in_force(tx, id(7), day("2026-09-01"))),
        None
    );
}

#[test]
fn settings_begin_with_a_month_and_stay_in_their_organization() {
    let database = database_with_meters();
    let mut service = database.service();
    for refused in
        [settings(ACME, "2026-09-02", BillingMode::Test), settings(GLOBEX, "2026-09-01", BillingMode::Test)]
    {
        let outcome =
            transaction(&mut service, &Scope::Organization(ACME), |tx| record_settings(tx, &refused));
        assert!(outcome.is_err(), "{refused:?}");
    }
}

#[test]
fn meters_of_one_id_are_two_in_a_list() {
    let database = database_with_meters();
    let scope = Scope::Subtree { root: NORTHWIND, members: vec![ACME, GLOBEX] };
    let page = |after| {
        transaction::<_, diesel::result::Error, _>(&mut database.service(), &scope, |tx| {
            meters::list(tx, &MeterFilter { after, ..MeterFilter::default() }, 1)
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

fn deregister(database: &TestDatabase, organization_id: Uuid) {
    as_organization(&mut database.service(), organization_id, |tx| {
        let mut meter = meters::find(tx, id(1))?.expect("the meter");
        meter.deregistered_at = Some(at("2026-10-07T12:00:00Z"));
        meters::change(tx, &meter)
    });
}

#[test]
fn two_that_claim_one_appliance_conflict_until_one_gives_it_up() {
    let database = database_with_meters();
    let all = Scope::Subtree { root: VENDOR, members: vec![ACME, GLOBEX] };
    let claims = |scope: &Scope| {
        let claims = transaction::<_, diesel::result::Error, _>(&mut database.service(), scope, |tx| {
            meters::conflicts(tx, None, 10)
        });
        claims.unwrap().iter().map(|claim| (claim.meter_id, claim.organization_id)).collect::<Vec<_>>()
    };
    assert_eq!(claims(&all), [(id(1), ACME), (id(1), GLOBEX)]);
    assert_eq!(claims(&Scope::Organization(ACME)), []);
    deregister(&database, GLOBEX);
    assert_eq!(claims(&all), []);
}

#[test]
fn of_a_meter_only_what_changes_at_once_can_be_changed() {
    let database = TestDatabase::new();
    let columns = "SELECT column_name::text AS line FROM information_schema.column_privileges
                    WHERE grantee = 'usage_service' AND table_name = 'meters' AND privilege_type = 'UPDATE' ORDER BY 1";
    let expected = ["connectivity", "deregistered_at", "name", "public_key", "registered_at"];
    assert_eq!(lines(&mut database.owner(), columns), expected);
}
