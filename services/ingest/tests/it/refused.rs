//! Files that are refused, each for its reason, and kept.

use actix_web::http::StatusCode;
use serde_json::json;
use test_support::tenants::{ACME, GLOBEX};
use test_support::usage_file::{DataFile, Entry};
use uuid::Uuid;

use crate::files::{VCENTER, file_of};
use crate::world::{METER, World};

#[actix_web::test]
async fn what_is_no_usage_data_is_kept_and_the_next_file_is_taken() {
    let world = World::new().await;
    let answer = world.upload(b"no archive at all").await;
    assert_eq!(answer.outcome(), (422, "not-usage-data"));
    assert_eq!(answer.json["errors"][0]["code"], "not-usage-data");
    let id = answer.id();
    let kept = world.of(ACME, move |tx| schema::uploads::find(tx, id)).await.unwrap();
    assert_eq!(kept.status.as_str(), "rejected");
    assert_eq!((kept.errors, kept.meter_id), (answer.json["errors"].clone(), None));
    assert_eq!(kept.processed_at, Some(kept.received_at));
    assert!(world.store.open(&kept.sha256.try_into().unwrap()).is_ok(), "the file is kept");
    assert_eq!(world.outbox_depth().await, 0);
    assert_eq!(world.upload(&file_of(METER).build()).await.status, StatusCode::ACCEPTED);
}

#[actix_web::test]
async fn refused_bytes_are_checked_anew() {
    let world = World::new().await;
    let later = Uuid::from_u128(0x1001);
    let bytes = file_of(later).build();
    assert_eq!(world.upload(&bytes).await.outcome(), (422, "meter-unknown"));
    world.register(ACME, later, None).await;
    assert_eq!(world.upload(&bytes).await.status, StatusCode::ACCEPTED);
    assert_eq!(world.upload_count().await, 2);
}

#[actix_web::test]
async fn an_unknown_meter_and_another_organizations_are_answered_alike() {
    let world = World::new().await;
    let globex_meter = Uuid::from_u128(0x1001);
    world.register(GLOBEX, globex_meter, None).await;
    let mut answers = Vec::new();
    for meter in [Uuid::from_u128(0x1002), globex_meter] {
        let answer = world.upload(&file_of(meter).build()).await;
        assert_eq!(answer.outcome(), (422, "meter-unknown"));
        let error = &answer.json["errors"][0];
        assert_eq!((&error["path"], &error["field"]), (&json!("manifest.json"), &json!("meter_id")));
        answers.push(error["message"].as_str().unwrap().replace(&meter.to_string(), "it"));
    }
    assert_eq!(answers[0], answers[1]);
}

#[actix_web::test]
async fn a_meter_that_is_registered_no_more_is_unknown() {
    let world = World::new().await;
    world.change(METER, |meter, now| meter.deregistered_at = Some(now)).await;
    assert_eq!(world.upload(&file_of(METER).build()).await.outcome(), (422, "meter-unknown"));
    world.change(METER, |meter, _| meter.deregistered_at = None).await;
    assert_eq!(world.upload(&file_of(METER).build()).await.status, StatusCode::ACCEPTED);
}

#[actix_web::test]
async fn a_product_keeps_its_kind() {
    let world = World::new().await;
    world.of(ACME, |tx| schema::evidence::add_products(tx, &[(VCENTER, "nsx")])).await;
    let answer = world.upload(&file_of(METER).build()).await;
    assert_eq!(answer.outcome(), (422, "manifest-invalid"));
    assert_eq!(answer.json["errors"][0]["field"], "products[0].kind");
}

#[actix_web::test]
async fn a_collection_may_end_a_quarter_of_an_hour_ahead_and_no_more() {
    let world = World::new().await;
    // The clock began at 06:00 and has gone on since.
    let until = |to: &str| {
        let no_lines: [&str; 0] = [];
        DataFile::new(METER).vcenter(VCENTER).events("2026-10-02T05:00:00Z", to, &no_lines).build()
    };
    assert_eq!(world.upload(&until("2026-10-02T06:15:00Z")).await.status, StatusCode::ACCEPTED);
    let answer = world.upload(&until("2026-10-02T06:30:00Z")).await;
    assert_eq!(answer.outcome(), (422, "from-the-future"));
    assert_eq!(answer.json["errors"][0]["field"], "collections[0].to");
}

#[actix_web::test]
async fn foreign_text_is_kept_whatever_it_is() {
    let world = World::new().await;
    let nul = file_of(METER).set("meter_version", json!(format!("a\0{}", "b".repeat(1000)))).build();
    let answer = world.upload(&nul).await;
    assert_eq!(answer.status, StatusCode::ACCEPTED, "{:?}", answer.json);
    let mut zip = file_of(METER).zip();
    zip.entries.push(Entry::new("a\0b", b""));
    let answer = world.upload(&zip.build()).await;
    assert_eq!(answer.outcome(), (422, "archive-invalid"));
}
