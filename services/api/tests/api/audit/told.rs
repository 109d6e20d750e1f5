//! What handlers tell the audit, each in one transaction with what they do.

use actix_web::http::Method;
use schema::uploads::{self, NewUpload};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use test_support::tenants::{ACME, NORTHWIND, VENDOR};
use uuid::Uuid;

use super::{ADDRESS, from_address, list, registration};
use crate::data::{hour, id};
use crate::world::{ACME_ADMIN, NORTHWIND_ADMIN, OPERATOR, World};

/// An upload of Acme's with these bytes in the store, and their digest.
async fn stored(world: &World, bytes: &[u8]) -> (Uuid, String) {
    let mut staged = world.api.store.stage(u64::MAX).unwrap();
    staged.write(bytes).unwrap();
    let stored = staged.commit().unwrap();
    let (id, size_bytes) = (Uuid::now_v7(), i64::try_from(bytes.len()).unwrap());
    world
        .within(ACME, move |tx| {
            let upload = NewUpload {
                id,
                sha256: &stored.sha256,
                size_bytes,
                received_at: hour(1),
                uploaded_by: "user:nobody",
                meter_id: None,
                month: None,
                partial: None,
                meter_version: None,
                signature: None,
            };
            uploads::reject(tx, &upload, &json!([]))
        })
        .await;
    (id, hex::encode(stored.sha256))
}

#[actix_web::test]
async fn a_registration_has_an_entry_and_a_repeated_or_refused_one_none() {
    let world = World::new().await;
    let send = async || {
        let request = from_address(world.request(ACME_ADMIN, Method::POST, "/v1/meters"));
        world.send(request.insert_header(("idempotency-key", "k1")).set_json(registration())).await
    };
    let created = send().await;
    created.expect(201);
    send().await.expect(201);
    world.post(ACME_ADMIN, "/v1/meters", &registration()).await.expect(409);
    let entries = list(&world, ACME_ADMIN, "?action=meter.register").await;
    let [entry] = &entries[..] else { panic!("{entries:#?}") };
    assert_eq!(entry["object"], json!({"kind": "meter", "id": id(1)}));
    assert_eq!((&entry["organization_id"], &entry["address"]), (&json!(ACME), &json!(ADDRESS)));
    assert_eq!(entry["request_id"], created.header("x-request-id"));
    assert_eq!((&entry["before"], &entry["after"]["name"]), (&Value::Null, &json!("Ämsterdam 1")));
    assert!(!entry.to_string().contains("umt_"), "no secret: {entry}");
}

#[actix_web::test]
async fn a_download_is_in_the_audit_of_whose_file_it_is() {
    let world = World::new().await;
    let (upload, sha256) = stored(&world, b"bytes").await;
    let path = format!("/v1/uploads/{upload}/file");
    let download = from_address(world.request(OPERATOR, Method::GET, &path));
    assert_eq!(world.send(download).await.status, 200);
    let entries = list(&world, ACME_ADMIN, &format!("?object_kind=upload&object_id={upload}")).await;
    let [entry] = &entries[..] else { panic!("{entries:#?}") };
    assert_eq!(
        (&entry["action"], &entry["actor_organization_id"]),
        (&json!("upload.download"), &json!(VENDOR))
    );
    assert_eq!(entry["after"], json!({"sha256": sha256, "size_bytes": 5}));
    // Where the operator's people sit is not the partner's to know.
    assert_eq!((&entry["address"], &entry["address_salt"]), (&Value::Null, &Value::Null));
    let seen = list(&world, OPERATOR, "?action=upload.download").await.remove(0);
    assert_eq!((&seen["address"], &seen["id"]), (&json!(ADDRESS), &entry["id"]));
    let digest = hex::encode(Sha256::digest(format!("{}{ADDRESS}", seen["address_salt"].as_str().unwrap())));
    assert_eq!((&entry["address_digest"], &seen["address_digest"]), (&json!(digest), &json!(digest)));
    // No entry, no bytes.
    world.database.write("REVOKE INSERT ON audit_entries FROM usage_service;");
    let refused = world.get(ACME_ADMIN, &path).await;
    refused.expect(500);
    assert!(!refused.body.windows(5).any(|bytes| bytes == b"bytes"));
}

#[actix_web::test]
async fn an_exported_report_has_an_entry_and_a_page_of_it_none() {
    let world = World::new().await;
    world.unit(ACME, 11, &[(720, &[])]).await;
    world.revision(ACME, 1, &[(11, 1)], &[("", "flex-core", 70)]).await;
    let path = format!("/v1/reports/vm-history?month=2026-09&partner_id={ACME}");
    world.get(NORTHWIND_ADMIN, &path).await.expect(200);
    world.get(NORTHWIND_ADMIN, &format!("{path}&format=csv&limit=1")).await.expect(422);
    for format in ["csv", "tsv"] {
        assert_eq!(world.get(NORTHWIND_ADMIN, &format!("{path}&format={format}")).await.status, 200);
    }
    let entries = list(&world, ACME_ADMIN, "?action=report.export").await;
    let after: Vec<_> = entries.iter().map(|entry| entry["after"].clone()).collect();
    let told = |format: &str| json!({"format": format, "month": "2026-09", "billing_mode": "production", "revision": 1});
    assert_eq!(after, [told("tsv"), told("csv")]);
    assert_eq!(entries[0]["actor_organization_id"], json!(NORTHWIND));
}

#[actix_web::test]
async fn a_moved_clock_has_an_entry() {
    let world = World::new().await;
    let put =
        world.request(OPERATOR, Method::PUT, "/v1/clock").set_json(json!({"now": "2026-12-01T00:00:00Z"}));
    world.send(put).await.expect(200);
    let entries = list(&world, OPERATOR, "?action=clock.set").await;
    let [entry] = &entries[..] else { panic!("{entries:#?}") };
    assert_eq!(
        (&entry["organization_id"], &entry["after"]["now"]),
        (&json!(VENDOR), &json!("2026-12-01T00:00:00Z"))
    );
    assert!(entry["before"]["now"].as_str().unwrap().starts_with("2026-10-05T00:00"), "{entry}");
    assert!(entry["at"].as_str().unwrap().starts_with("2026-10-05T00:00"), "{entry}");
    world.database.write("REVOKE INSERT ON audit_entries FROM usage_service;");
    let put =
        world.request(OPERATOR, Method::PUT, "/v1/clock").set_json(json!({"now": "2027-01-01T00:00:00Z"}));
    world.send(put).await.expect(500);
    assert_eq!(world.now().date_naive().to_string(), "2026-12-01", "no entry, no move");
}
