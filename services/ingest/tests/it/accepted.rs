//! Files that are taken in, once.

use actix_web::http::StatusCode;
use platform::broker::Work;
use sha2::{Digest, Sha256};
use test_support::tenants::{ACME, GLOBEX};

use crate::files::file_of;
use crate::world::{METER, World, any};

#[actix_web::test]
async fn a_file_is_stored_recorded_and_queued() {
    let world = World::new().await;
    let bytes = file_of(METER).build();
    let answer = world.upload(&bytes).await;
    assert_eq!(answer.status, StatusCode::ACCEPTED, "{:?}", answer.json);
    assert_eq!(answer.header("location"), Some(format!("/v1/uploads/{}", answer.id()).as_str()));
    assert!(answer.header("x-request-id").is_some());
    assert_eq!(answer.json["status"], "received");
    assert_eq!(answer.json["meter_id"], METER.to_string());
    assert_eq!((&answer.json["month"], &answer.json["partial"]), (&"2026-09".into(), &false.into()));
    assert_eq!(answer.json["size_bytes"], bytes.len());
    let sha256 = hex::encode(Sha256::digest(&bytes));
    assert_eq!(answer.json["sha256"], sha256);
    assert!((world.clock.now() - answer.time("received_at")).num_seconds().abs() < 30);

    // The blob lies under its digest, whole.
    let stored = world.folder.path().join(&sha256[..2]).join(&sha256);
    assert_eq!(std::fs::read(stored).unwrap(), bytes);
    assert_eq!(world.staged_files(), 0);

    // One message, with ids alone.
    let now = world.clock.machine_now();
    let messages = world.machinery(move |tx| schema::outbox::lease(tx, now, now, any("register"))).await;
    assert_eq!(messages.len(), 1);
    assert_eq!((messages[0].queue.as_str(), messages[0].organization_id), ("register", ACME));
    let work = Work::Register { organization_id: ACME, upload_id: answer.id() };
    assert_eq!(Work::from_json(&messages[0].body).unwrap(), work);
}

#[actix_web::test]
async fn the_same_bytes_are_the_same_upload() {
    let world = World::new().await;
    let bytes = file_of(METER).build();
    let first = world.upload(&bytes).await;
    let second = world.upload(&bytes).await;
    assert_eq!(second.status, StatusCode::OK);
    assert_eq!(second.id(), first.id());
    assert_eq!(second.json["duplicate_of"], first.id().to_string());
    assert_eq!((world.upload_count().await, world.outbox_depth().await, world.staged_files()), (1, 1, 0));
}

#[actix_web::test]
async fn the_same_bytes_heal_a_store_that_lost_them() {
    let world = World::new().await;
    let bytes = file_of(METER).build();
    let sha256 = world.upload(&bytes).await.json["sha256"].as_str().unwrap().to_owned();
    let stored = world.folder.path().join(&sha256[..2]).join(&sha256);
    std::fs::remove_file(&stored).unwrap();
    assert_eq!(world.upload(&bytes).await.status, StatusCode::OK);
    assert_eq!(std::fs::read(stored).unwrap(), bytes);
}

#[actix_web::test]
async fn the_same_bytes_at_the_same_time_are_one_upload() {
    let world = World::new().await;
    let bytes = file_of(METER).build();
    let sent = futures_util::future::join_all((0..4).map(|_| world.upload(&bytes))).await;
    let accepted = sent.iter().filter(|answer| answer.status == StatusCode::ACCEPTED).count();
    let known = sent.iter().filter(|answer| answer.status == StatusCode::OK).count();
    assert_eq!((accepted, known), (1, 3));
    assert_eq!((world.upload_count().await, world.outbox_depth().await), (1, 1));
}

#[actix_web::test]
async fn another_organizations_bytes_are_invisible() {
    let world = World::new().await;
    let bytes = file_of(METER).build();
    world.upload(&bytes).await;
    // An appliance's id is its own claim: Globex may have a meter of the same.
    let token = world.register(GLOBEX, METER, None).await;
    let answer = world.send(World::post_by(&token).set_payload(bytes)).await;
    assert_eq!((answer.status, &answer.json["duplicate_of"]), (StatusCode::ACCEPTED, &().into()));
}

#[actix_web::test]
async fn a_form_with_the_field_file_is_the_same_as_the_bytes() {
    let world = World::new().await;
    let bytes = file_of(METER).build();
    let (content_type, form) = form(&[("file", &bytes)]);
    let request = world.post().insert_header(("content-type", content_type)).set_payload(form);
    let answer = world.send(request).await;
    assert_eq!(answer.status, StatusCode::ACCEPTED, "{:?}", answer.json);
    assert_eq!(world.upload(&bytes).await.status, StatusCode::OK);
}

#[actix_web::test]
async fn a_form_has_one_field_and_it_is_the_file() {
    let world = World::new().await;
    let bytes = file_of(METER).build();
    for fields in [&[("other", &bytes[..])][..], &[("file", &bytes), ("file", &bytes)], &[]] {
        let (content_type, form) = form(fields);
        let request = world.post().insert_header(("content-type", content_type)).set_payload(form);
        assert_eq!(world.send(request).await.outcome(), (400, "bad-request"), "{} fields", fields.len());
    }
    assert_eq!((world.upload_count().await, world.staged_files()), (0, 0));
}

#[actix_web::test]
async fn a_key_brings_the_first_answer_back() {
    let world = World::new().await;
    let (bytes, other) = (file_of(METER).build(), file_of(METER).partial().build());
    let with_key =
        |bytes: &[u8]| world.post().insert_header(("idempotency-key", "k-1")).set_payload(bytes.to_vec());
    let first = world.send(with_key(&bytes)).await;
    let again = world.send(with_key(&bytes)).await;
    assert_eq!((first.status, again.status), (StatusCode::ACCEPTED, StatusCode::ACCEPTED));
    assert_eq!(first.json, again.json);
    assert_eq!(world.send(with_key(&other)).await.outcome(), (422, "idempotency-key-reused"));
    assert_eq!((world.upload_count().await, world.outbox_depth().await, world.staged_files()), (1, 1, 0));
}

#[actix_web::test]
async fn a_key_brings_a_refusal_back() {
    let world = World::new().await;
    let request = || world.post().insert_header(("idempotency-key", "k-2")).set_payload("no archive");
    let (first, again) = (world.send(request()).await, world.send(request()).await);
    assert_eq!(first.outcome(), (422, "not-usage-data"));
    assert_eq!((again.outcome(), again.id()), (first.outcome(), first.id()));
    assert_eq!(world.upload_count().await, 1);
}

/// A `multipart/form-data` body and its media type.
fn form(fields: &[(&str, &[u8])]) -> (&'static str, Vec<u8>) {
    let mut body = Vec::new();
    for (name, content) in fields {
        body.extend_from_slice(b"--limit\r\n");
        let disposition =
            format!("content-disposition: form-data; name=\"{name}\"; filename=\"a.data\"\r\n\r\n");
        body.extend_from_slice(disposition.as_bytes());
        body.extend_from_slice(content);
        body.extend_from_slice(b"\r\n");
    }
    body.extend_from_slice(b"--limit--\r\n");
    ("multipart/form-data; boundary=limit", body)
}
