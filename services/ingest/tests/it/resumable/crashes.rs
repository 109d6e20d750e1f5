//! What a process leaves behind that died between the last byte and the record.

use actix_web::http::Method;
use chrono::{DateTime, TimeDelta, Utc};
use ingest::sweep;
use platform::store::PartialId;
use schema::resumable_uploads::{self, Advance};
use schema::uploads;
use sha2::{Digest, Sha256};
use test_support::tenants::ACME;

use super::{begin, head, id, offset, patch};
use crate::files::file_of;
use crate::world::{Answer, METER, World};

/// Under which each upload here is begun.
const KEY: &str = "k";

/// When the last byte came.
fn received() -> DateTime<Utc> {
    "2026-10-02T06:00:01Z".parse().unwrap()
}

/// The last byte has come and was recorded, and then the process died; the path of the upload.
async fn whole(world: &World, bytes: &[u8]) -> String {
    let path = begin_again(world, bytes).await.header("location").unwrap().to_owned();
    let half = bytes.len() / 2;
    assert_eq!(patch(world, &path, 0, &bytes[..half]).await.status, 204);
    let mut file = world.store.partial(partial(&path)).unwrap().unwrap();
    assert!(file.seek(half as u64).unwrap());
    file.write(&bytes[half..]).unwrap();
    file.sync().unwrap();
    let (from, to) = (i64::try_from(half).unwrap(), i64::try_from(bytes.len()).unwrap());
    let expires_at = world.clock.machine_now() + TimeDelta::hours(1);
    let advance = Advance { from, to, received_at: Some(received()), expires_at };
    let upload = id(&path);
    assert!(world.of(ACME, move |tx| resumable_uploads::advance(tx, upload, &advance)).await);
    path
}

fn partial(path: &str) -> PartialId {
    PartialId { organization_id: ACME, id: id(path) }
}

/// Later, whoever asks next completes it, once, as received when it was.
async fn is_completed(world: &World, path: &str, bytes: &[u8]) {
    let later = "2026-10-09T00:00:00Z".parse().unwrap();
    world.clock.set(later, &platform::audit::Origin::system("test")).await.unwrap();
    let first = head(world, path).await;
    assert_eq!((first.status.as_u16(), first.header("usage-upload-outcome")), (200, Some("accepted")));
    let again = patch(world, path, bytes.len(), b"").await;
    assert_eq!(again.header("usage-upload-id"), first.header("usage-upload-id"));
    let upload = first.header("usage-upload-id").unwrap().parse().unwrap();
    let upload = world.of(ACME, move |tx| uploads::find(tx, upload)).await.unwrap();
    assert_eq!(upload.received_at, received());
    assert_eq!(upload.sha256, Sha256::digest(bytes).to_vec());
    assert_eq!((world.upload_count().await, world.outbox_depth().await, world.partial_files()), (1, 1, 0));
}

#[actix_web::test]
async fn before_the_file_had_its_name() {
    let (world, bytes) = (World::new().await, file_of(METER).build());
    let path = whole(&world, &bytes).await;
    is_completed(&world, &path, &bytes).await;
}

#[actix_web::test]
async fn after_the_file_had_its_name() {
    let (world, bytes) = (World::new().await, file_of(METER).build());
    let path = whole(&world, &bytes).await;
    let (upload, sha256) = (id(&path), Sha256::digest(&bytes));
    world.of(ACME, move |tx| resumable_uploads::claim(tx, upload, &sha256)).await.unwrap();
    world.store.partial(partial(&path)).unwrap().unwrap().commit(sha256.into()).unwrap();
    is_completed(&world, &path, &bytes).await;
}

/// The first request of an upload again, as its `Idempotency-Key` has it.
async fn begin_again(world: &World, bytes: &[u8]) -> Answer {
    let post = super::tus(world, Method::POST, super::PATH);
    let post = post.insert_header(("upload-length", bytes.len().to_string()));
    world.send(post.insert_header(("idempotency-key", KEY))).await
}

#[actix_web::test]
async fn who_begins_it_again_completes_it() {
    let (world, bytes) = (World::new().await, file_of(METER).build());
    let path = whole(&world, &bytes).await;
    let again = begin_again(&world, &bytes).await;
    assert_eq!((again.status.as_u16(), again.header("usage-upload-outcome")), (201, Some("accepted")));
    assert_eq!(again.header("upload-offset"), Some(&*bytes.len().to_string()));
    is_completed(&world, &path, &bytes).await;
}

#[actix_web::test]
async fn who_begins_a_refused_one_again_is_told_so() {
    let (world, bytes) = (World::new().await, b"no usage data file".to_vec());
    let path = whole(&world, &bytes).await;
    // The first time it is judged, the second it was.
    for _ in 0..2 {
        assert_eq!(begin_again(&world, &bytes).await.status, 422);
    }
    assert_eq!(head(&world, &path).await.status, 422);
    assert_eq!(world.outbox_depth().await, 0);
}

#[actix_web::test]
async fn nobody_has_to_ask_again() {
    let (world, bytes) = (World::new().await, file_of(METER).build());
    let path = whole(&world, &bytes).await;
    let waits = async |deadline| world.of(ACME, move |tx| uploads::any_unregistered(tx, deadline)).await;
    // It was received in time: its month waits for it, as for every other upload.
    assert!(!waits(received() - TimeDelta::seconds(1)).await);
    assert!(waits(received()).await);
    let upload = id(&path);
    sweep::once(&world.door()).await;
    let row = world.of(ACME, move |tx| resumable_uploads::find(tx, upload)).await.unwrap();
    let upload = world.of(ACME, move |tx| uploads::find(tx, row.upload_id.unwrap())).await.unwrap();
    assert_eq!((upload.uploaded_by, upload.received_at), (row.created_by, received()));
    assert!(waits(received()).await, "until it is registered");
    sweep::once(&world.door()).await;
    is_completed(&world, &path, &bytes).await;
}

#[actix_web::test]
async fn bytes_that_were_not_recorded_are_sent_again() {
    let (world, bytes) = (World::new().await, file_of(METER).build());
    let path = begin(&world, bytes.len()).await;
    patch(&world, &path, 0, &bytes[..20]).await;
    let mut file = world.store.partial(partial(&path)).unwrap().unwrap();
    assert!(file.seek(20).unwrap());
    file.write(&vec![0; 100_000]).unwrap();
    drop(file);
    assert_eq!(offset(&world, &path).await, 20);
    let done = patch(&world, &path, 20, &bytes[20..]).await;
    assert_eq!(done.header("usage-upload-outcome"), Some("accepted"));
}

#[actix_web::test]
async fn a_file_that_a_process_holds_is_nobody_elses() {
    let (world, bytes) = (World::new().await, file_of(METER).build());
    let path = begin(&world, bytes.len()).await;
    let held = world.store.partial(partial(&path)).unwrap().unwrap();
    assert_eq!(patch(&world, &path, 0, &bytes).await.outcome(), (423, "locked"));
    let delete = super::tus(&world, Method::DELETE, &path);
    assert_eq!(world.send(delete).await.outcome(), (423, "locked"));
    assert_eq!(offset(&world, &path).await, 0);
    drop(held);
    assert_eq!(patch(&world, &path, 0, &bytes).await.header("usage-upload-outcome"), Some("accepted"));
}

#[actix_web::test]
async fn bytes_that_the_disk_has_lost_are_told() {
    let (world, bytes) = (World::new().await, file_of(METER).build());
    let path = begin(&world, bytes.len()).await;
    patch(&world, &path, 0, &bytes[..20]).await;
    world.store.partial(partial(&path)).unwrap().unwrap().remove().unwrap();
    assert_eq!(patch(&world, &path, 20, &bytes[20..]).await.outcome(), (410, "gone"));
    assert_eq!(head(&world, &path).await.status, 404);
}
