//! What the door tells the audit.

use actix_web::http::StatusCode;
use platform::db::DbError;
use schema::Scope;
use schema::audit::{Entry, EntryFilter};
use schema::types::Role;
use serde_json::json;
use test_support::tenants::{ACME, GLOBEX};
use uuid::Uuid;

use crate::files::file_of;
use crate::world::{METER, World};

/// What the audit of an organization has, oldest first.
async fn entries(world: &World, organization: Uuid) -> Vec<Entry> {
    let read = |tx: &mut schema::Tx<'_>| {
        schema::audit::oldest(tx, &EntryFilter::default(), None, 100).map_err(DbError::from)
    };
    let listed = world.db.run(Scope::Organization(organization), read).await.unwrap();
    listed.into_iter().map(|(entry, _)| entry).collect()
}

#[actix_web::test]
async fn an_accepted_file_has_an_entry() {
    let world = World::new().await;
    let token = world.register(ACME, Uuid::from_u128(0x1001), None).await;
    let bytes = file_of(Uuid::from_u128(0x1001)).build();
    let request = World::post_by(&token).peer_addr("192.0.2.7:4711".parse().unwrap());
    let answer = world.send(request.set_payload(bytes)).await;
    assert_eq!(answer.status, StatusCode::ACCEPTED);
    let entries = entries(&world, ACME).await;
    let [entry] = &entries[..] else { panic!("{entries:#?}") };
    assert_eq!((entry.action.as_str(), entry.object_kind.as_str()), ("upload.accept", "upload"));
    assert_eq!(entry.object_id, answer.id().to_string());
    assert_eq!(entry.actor, format!("meter:{}", Uuid::from_u128(0x1001)));
    assert_eq!((entry.actor_organization_id, entry.address.as_deref()), (Some(ACME), Some("192.0.2.7")));
    assert_eq!(entry.request_id.unwrap().to_string(), answer.header("x-request-id").unwrap());
    assert_eq!(entry.at, answer.time("received_at"));
    let shown = &answer.json;
    let after = json!({"sha256": shown["sha256"], "size_bytes": shown["size_bytes"], "meter_id": shown["meter_id"],
        "month": "2026-09", "partial": false, "refusals": []});
    assert_eq!((&entry.before, &entry.after), (&None, &Some(after)));
}

#[actix_web::test]
async fn a_refused_file_has_one_with_the_reasons() {
    let world = World::new().await;
    let answer = world.upload(b"no archive at all").await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    let entries = entries(&world, ACME).await;
    assert_eq!(entries.len(), 1);
    assert_eq!(
        (entries[0].action.as_str(), &entries[0].object_id),
        ("upload.refuse", &answer.id().to_string())
    );
    let after = entries[0].after.as_ref().unwrap();
    assert_eq!((&after["refusals"], &after["size_bytes"]), (&json!(["not-usage-data"]), &json!(17)));
}

#[actix_web::test]
async fn what_is_known_already_has_no_second_one() {
    let world = World::new().await;
    let bytes = file_of(METER).build();
    let send = async || {
        let request = world.post().insert_header(("idempotency-key", "k1"));
        world.send(request.set_payload(bytes.clone())).await.status
    };
    assert_eq!((send().await, send().await), (StatusCode::ACCEPTED, StatusCode::ACCEPTED));
    assert_eq!(world.upload(&bytes).await.status, StatusCode::OK);
    assert_eq!(entries(&world, ACME).await.len(), 1);
    assert_eq!(entries(&world, GLOBEX).await.len(), 0);
}

/// Neither is there without the other.
#[actix_web::test]
async fn an_entry_and_its_upload_are_one_transaction() {
    for table in ["outbox", "audit_entries"] {
        let world = World::new().await;
        world.database.write(&format!("REVOKE INSERT ON {table} FROM usage_service;"));
        let answer = world.upload(&file_of(METER).build()).await;
        assert_eq!(answer.status, StatusCode::INTERNAL_SERVER_ERROR, "{table}");
        assert_eq!((entries(&world, ACME).await.len(), world.upload_count().await), (0, 0), "{table}");
        world.database.write(&format!("GRANT INSERT ON {table} TO usage_service;"));
        assert_eq!(world.upload(&file_of(METER).build()).await.status, StatusCode::ACCEPTED, "{table}");
        assert_eq!((entries(&world, ACME).await.len(), world.upload_count().await), (1, 1), "{table}");
    }
}

#[actix_web::test]
async fn a_request_that_is_turned_away_has_none() {
    let world = World::new().await;
    let viewer = World::post_by(&world.token(ACME, Role::PartnerViewer));
    assert_eq!(world.send(viewer.set_payload(file_of(METER).build())).await.status, StatusCode::FORBIDDEN);
    assert_eq!(entries(&world, ACME).await.len(), 0);
}
