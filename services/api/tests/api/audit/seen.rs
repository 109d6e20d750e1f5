//! Who sees which entries.

use platform::audit::{self, Event, Origin};
use schema::types::Role;
use serde_json::Value;
use test_support::tenants::{ACME, GLOBEX, NORTHWIND, VENDOR};
use uuid::Uuid;

use super::{enter, export, list, registration};
use crate::world::{
    ACME_ADMIN, ACME_VIEWER, DESK, INITECH_ADMIN, NORTHWIND_ADMIN, NORTHWIND_VIEWER, OPERATOR, World,
};

async fn actions(world: &World, who: (Role, Uuid), query: &str) -> Vec<String> {
    let items = list(world, who, query).await;
    items.iter().map(|entry| entry["action"].as_str().unwrap().to_owned()).collect()
}

#[actix_web::test]
async fn everybody_sees_their_own_scope() {
    let world = World::new().await;
    for organization in [VENDOR, NORTHWIND, ACME, GLOBEX] {
        enter(&world, organization, None, 1).await;
    }
    let count = async |who, query: &str| list(&world, who, query).await.len();
    assert_eq!(count(ACME_ADMIN, "").await, 1);
    assert_eq!(count(NORTHWIND_ADMIN, "").await, 3);
    assert_eq!(count(OPERATOR, "").await, 4);
    assert_eq!(count(INITECH_ADMIN, "").await, 0);
    for name in ["organization_id", "partner_id"] {
        let query = format!("?{name}={GLOBEX}");
        assert_eq!(count(NORTHWIND_ADMIN, &query).await, 1);
        for who in [ACME_ADMIN, INITECH_ADMIN] {
            let answer = world.get(who, &format!("/v1/audit{query}")).await;
            assert_eq!(answer.expect(404)["code"], "not-found");
            export(&world, who, &query).await.expect(404);
        }
    }
    for who in [ACME_VIEWER, NORTHWIND_VIEWER] {
        world.get(who, "/v1/audit").await.expect(403);
    }
}

#[actix_web::test]
async fn entries_are_filtered_and_paged_newest_first() {
    let world = World::at("2026-09-30T23:59:00Z").await;
    enter(&world, ACME, None, 3).await;
    let october = "2026-10-01T00:00:00Z";
    world.api.clock.set(october.parse().unwrap(), &Origin::system("test")).await.unwrap();
    world.post(ACME_ADMIN, "/v1/meters", &registration()).await.expect(201);
    let seen = async |query: &str| actions(&world, ACME_ADMIN, query).await;
    assert_eq!(seen("").await, ["meter.register", "thing.change", "thing.change", "thing.change"]);
    assert_eq!(seen("?month=2026-10").await, ["meter.register"]);
    assert_eq!(seen(&format!("?from={october}")).await, ["meter.register"]);
    assert_eq!(seen(&format!("?to={october}&actor=system:test&object_id=1")).await, ["thing.change"]);
    assert_eq!(seen("?object_kind=meter&action=meter.register").await, ["meter.register"]);
    assert_eq!(seen("?actor=user:nobody").await, [""; 0]);
    let mut ids = Vec::new();
    let mut query = "/v1/audit?limit=1".to_owned();
    loop {
        let page = world.get(ACME_ADMIN, &query).await.expect(200);
        ids.push(page["items"][0]["id"].as_str().unwrap().to_owned());
        let Some(cursor) = page["next_cursor"].as_str() else { break };
        query = format!("/v1/audit?limit=1&cursor={cursor}");
    }
    let all = list(&world, ACME_ADMIN, "").await;
    assert_eq!(ids, all.iter().map(|entry| entry["id"].as_str().unwrap()).collect::<Vec<_>>());
    for (query, wrong) in [
        ("month=2026-10&from=2026-10-01T00:00:00Z", "month ambiguous"),
        ("month=2026-10&to=2026-10-01T00:00:00Z", "month ambiguous"),
        (&format!("organization_id={ACME}&partner_id={GLOBEX}"), "partner_id ambiguous"),
        ("from=yesterday", "from invalid"),
        ("actor=", "actor invalid"),
        ("colour=red", "colour unknown"),
    ] {
        let answer = world.get(ACME_ADMIN, &format!("/v1/audit?{query}")).await;
        assert_eq!(answer.wrong_fields(), [wrong], "{query}");
    }
}

/// An entry of a thing of each kind.
async fn enter_kinds(world: &World, organization: Uuid) {
    let now = world.now();
    world
        .within(organization, move |tx| {
            [
                "user",
                "session",
                "api-key",
                "upload",
                "resumable-upload",
                "dead-letter",
                "meter",
                "thing-to-come",
            ]
            .iter()
            .try_for_each(|kind| {
                audit::record(tx, &Origin::system("test"), Event::new("thing.change", kind, 1), now)
            })
        })
        .await;
}

#[actix_web::test]
async fn of_others_nobody_sees_what_is_kept_from_them_elsewhere() {
    let world = World::new().await;
    for organization in [VENDOR, NORTHWIND, ACME] {
        enter_kinds(&world, organization).await;
    }
    let all =
        ["api-key", "dead-letter", "meter", "resumable-upload", "session", "thing-to-come", "upload", "user"];
    for (who, own, of_acme) in [
        (ACME_ADMIN, ACME, &all[..]),
        (NORTHWIND_ADMIN, NORTHWIND, &["meter"]),
        (DESK, VENDOR, &["dead-letter", "meter", "resumable-upload", "upload"]),
        (OPERATOR, VENDOR, &all),
    ] {
        for (organization, expected) in [(own, &all[..]), (ACME, of_acme)] {
            let query = format!("?action=thing.change&organization_id={organization}");
            assert_eq!(kinds(&list(&world, who, &query).await), expected, "{who:?} {organization}");
            let text = export(&world, who, &query).await.body;
            let lines: Vec<Value> = std::str::from_utf8(&text)
                .unwrap()
                .lines()
                .map(|line| serde_json::from_str(line).unwrap())
                .collect();
            assert_eq!(kinds(&lines), expected, "{who:?} exports {organization}");
        }
    }
    let asked = format!("?organization_id={ACME}&object_kind=user");
    assert!(list(&world, NORTHWIND_ADMIN, &asked).await.is_empty(), "not when asked for, either");
}

fn kinds(entries: &[Value]) -> Vec<&str> {
    let mut kinds: Vec<_> = entries.iter().map(|entry| entry["object"]["kind"].as_str().unwrap()).collect();
    kinds.sort_unstable();
    kinds
}
