//! From parts to an upload like any other.

use actix_web::error::PayloadError;
use actix_web::http::Method;
use actix_web::web::Bytes;
use platform::db::DbError;
use schema::Scope;
use schema::audit::EntryFilter;
use test_support::tenants::ACME;
use uuid::Uuid;

use super::{PATH, begin, head, id, offset, patch, patch_of, tus};
use crate::files::file_of;
use crate::world::{METER, World};

#[actix_web::test]
async fn parts_become_the_upload_that_the_whole_would_be() {
    let (world, bytes) = (World::new().await, file_of(METER).build());
    let path = begin(&world, bytes.len()).await;
    let mut at = 0;
    for part in bytes.chunks(bytes.len() / 3) {
        let answer = patch(&world, &path, at, part).await;
        at += part.len();
        assert_eq!((answer.status.as_u16(), answer.header("upload-offset")), (204, Some(&*at.to_string())));
        assert_eq!(answer.header("usage-upload-id").is_some(), at == bytes.len());
    }
    let done = head(&world, &path).await;
    assert_eq!(done.header("usage-upload-outcome"), Some("accepted"));
    assert_eq!((world.upload_count().await, world.outbox_depth().await, world.partial_files()), (1, 1, 0));
    // The whole again is a duplicate of it.
    let whole = world.upload(&bytes).await;
    assert_eq!(whole.outcome(), (200, ""));
    assert_eq!(done.header("usage-upload-id").unwrap(), whole.json["duplicate_of"]);
    assert_eq!(done.header("location").unwrap(), format!("/v1/uploads/{}", whole.id()));
    let entries = actions(&world).await;
    assert_eq!(entries, ["resumable-upload.create", "upload.accept"]);
}

async fn actions(world: &World) -> Vec<String> {
    let read = |tx: &mut schema::Tx<'_>| {
        schema::audit::oldest(tx, &EntryFilter::default(), None, 100).map_err(DbError::from)
    };
    let listed = world.db.run(Scope::Organization(ACME), read).await.unwrap();
    listed.into_iter().map(|(entry, _)| entry.action).collect()
}

#[actix_web::test]
async fn known_bytes_in_parts_are_a_duplicate() {
    let (world, bytes) = (World::new().await, file_of(METER).build());
    let first = world.upload(&bytes).await.id();
    let path = begin(&world, bytes.len()).await;
    let answer = patch(&world, &path, 0, &bytes).await;
    assert_eq!((answer.status.as_u16(), answer.header("usage-upload-outcome")), (204, Some("duplicate")));
    assert_eq!(answer.header("usage-upload-id"), Some(&*first.to_string()));
    assert_eq!((world.upload_count().await, world.partial_files()), (1, 0));
}

#[actix_web::test]
async fn a_refused_file_is_refused_again_to_whoever_asks() {
    let world = World::new().await;
    let bytes = b"no archive at all";
    let path = begin(&world, bytes.len()).await;
    let refused = patch(&world, &path, 0, bytes).await;
    assert_eq!(refused.outcome(), (422, "not-usage-data"));
    let again = patch(&world, &path, bytes.len(), b"").await;
    assert_eq!((again.outcome(), again.id()), ((422, "not-usage-data"), refused.id()));
    // A client takes a full offset for success.
    assert_eq!(head(&world, &path).await.status, 422);
    let shown = world.send(tus(&world, Method::GET, &path)).await;
    assert_eq!((shown.status.as_u16(), &shown.json["status"]), (200, &"refused".into()));
    assert_eq!(shown.json["upload_id"], refused.id().to_string());
    assert_eq!((world.upload_count().await, world.partial_files()), (1, 0));
}

#[actix_web::test]
async fn the_last_bytes_again_change_nothing() {
    let (world, bytes) = (World::new().await, file_of(METER).build());
    let path = begin(&world, bytes.len()).await;
    let first = patch(&world, &path, 0, &bytes).await;
    for _ in 0..2 {
        let again = patch(&world, &path, bytes.len(), b"").await;
        assert_eq!(again.status, 204);
        assert_eq!(again.header("usage-upload-id"), first.header("usage-upload-id"));
    }
    assert_eq!(patch(&world, &path, 0, &bytes).await.outcome(), (409, "wrong-offset"));
    assert_eq!((world.upload_count().await, world.outbox_depth().await), (1, 1));
}

#[actix_web::test]
async fn the_first_bytes_may_come_with_the_beginning() {
    let (world, bytes) = (World::new().await, file_of(METER).build());
    let post = |body: &[u8]| {
        let request =
            tus(&world, Method::POST, PATH).insert_header(("upload-length", bytes.len().to_string()));
        let request = request.insert_header(("content-type", "application/offset+octet-stream"));
        world.send(request.set_payload(body.to_vec()))
    };
    let some = post(&bytes[..10]).await;
    assert_eq!((some.status.as_u16(), some.header("upload-offset")), (201, Some("10")));
    let path = some.header("location").unwrap();
    assert_eq!(patch(&world, path, 10, &bytes[10..]).await.status, 204);
    let all = post(&bytes).await;
    assert_eq!((all.status.as_u16(), all.header("usage-upload-outcome")), (201, Some("duplicate")));
    assert!(all.header("location").unwrap().starts_with(PATH));
    assert_eq!(post(&vec![0; bytes.len()]).await.outcome(), (422, "not-usage-data"));
    let empty = tus(&world, Method::POST, PATH).insert_header(("upload-length", "0"));
    assert_eq!(world.send(empty).await.outcome(), (422, "not-usage-data"));
    assert_eq!(world.partial_files(), 0);
}

#[actix_web::test]
async fn what_came_before_a_connection_broke_is_kept() {
    let (world, bytes) = (World::new().await, file_of(METER).build());
    let path = begin(&world, bytes.len()).await;
    let broken = |part: &[u8]| {
        let part = Ok(Bytes::copy_from_slice(part));
        futures_util::stream::iter([part, Err(PayloadError::Incomplete(None))])
    };
    let request = patch_of(tus(&world, Method::PATCH, &path), 0);
    assert_eq!(world.send_stream(request, broken(&bytes[..20])).await.status, 400);
    assert_eq!(offset(&world, &path).await, 20);
    // With a checksum, bytes are good together or not at all.
    let request = patch_of(tus(&world, Method::PATCH, &path), 20);
    let request = request.insert_header(("upload-checksum", "sha1 qZk+NkcGgWq6PiVxeFDCbJzQ2J0="));
    assert_eq!(world.send_stream(request, broken(&bytes[20..40])).await.status, 400);
    assert_eq!(offset(&world, &path).await, 20);
    // More than was to come, without saying so before.
    let long = futures_util::stream::iter([&bytes[20..], b"x"].map(|part| Ok(Bytes::copy_from_slice(part))));
    let request = patch_of(tus(&world, Method::PATCH, &path), 20);
    assert_eq!(world.send_stream(request, long).await.status, 413);
    assert_eq!(offset(&world, &path).await, 20);
    assert_eq!(patch(&world, &path, 20, &bytes[20..]).await.header("usage-upload-outcome"), Some("accepted"));
}

#[actix_web::test]
async fn a_file_is_received_with_its_last_byte() {
    let (world, bytes) = (World::new().await, file_of(METER).build());
    let path = begin(&world, bytes.len()).await;
    patch(&world, &path, 0, &bytes[..20]).await;
    let later = "2026-10-05T00:00:00Z".parse().unwrap();
    world.clock.set(later, &platform::audit::Origin::system("test")).await.unwrap();
    let done = patch(&world, &path, 20, &bytes[20..]).await;
    let upload: Uuid = done.header("usage-upload-id").unwrap().parse().unwrap();
    let upload = world.of(ACME, move |tx| schema::uploads::find(tx, upload)).await.unwrap();
    assert!(upload.received_at >= later && upload.size_bytes.unsigned_abs() == bytes.len() as u64);
    let row = world.of(ACME, move |tx| schema::resumable_uploads::find(tx, id(&path))).await.unwrap();
    assert_eq!(row.received_at, Some(upload.received_at));
}
