//! Limits, giving up, and what nobody comes back for.

use actix_web::http::Method;
use chrono::TimeDelta;
use ingest::sweep;
use platform::store::PartialId;
use schema::resumable_uploads::{self, NewResumableUpload};
use std::fs::File;
use std::time::{Duration, SystemTime};
use test_support::tenants::ACME;
use uuid::Uuid;

use super::{PATH, begin, head, id, patch, tus};
use crate::files::file_of;
use crate::world::{Answer, METER, World};

async fn post(world: &World, length: usize) -> Answer {
    world.send(tus(world, Method::POST, PATH).insert_header(("upload-length", length.to_string()))).await
}

#[actix_web::test]
async fn an_organization_has_so_many_open() {
    let (world, bytes) = (World::new().await, file_of(METER).build());
    let first = begin(&world, bytes.len()).await;
    let second = begin(&world, 10).await;
    begin(&world, 10).await;
    assert_eq!(post(&world, 10).await.outcome(), (409, "resumable-uploads-exceeded"));
    // What is whole is not open, nor is what was given up.
    assert_eq!(patch(&world, &first, 0, &bytes).await.status, 204);
    begin(&world, 10).await;
    assert_eq!(post(&world, 10).await.outcome(), (409, "resumable-uploads-exceeded"));
    assert_eq!(world.send(tus(&world, Method::DELETE, &second)).await.status, 204);
    begin(&world, 10).await;
}

#[actix_web::test]
async fn and_so_many_bytes_of_them() {
    let world = World::new().await;
    for _ in 0..2 {
        assert_eq!(post(&world, 1 << 20).await.status, 201);
    }
    assert_eq!(post(&world, 1).await.outcome(), (409, "resumable-uploads-exceeded"));
}

#[actix_web::test]
async fn what_is_given_up_is_gone() {
    let (world, bytes) = (World::new().await, file_of(METER).build());
    let path = begin(&world, bytes.len()).await;
    patch(&world, &path, 0, &bytes[..20]).await;
    assert_eq!(world.partial_files(), 1);
    assert_eq!(world.send(tus(&world, Method::DELETE, &path)).await.status, 204);
    assert_eq!(world.partial_files(), 0);
    for method in [Method::HEAD, Method::DELETE, Method::PATCH] {
        assert_eq!(world.send(tus(&world, method, &path)).await.status, 404);
    }
    // What has become an upload stays one.
    let path = begin(&world, bytes.len()).await;
    patch(&world, &path, 0, &bytes).await;
    assert_eq!(world.send(tus(&world, Method::DELETE, &path)).await.status, 204);
    assert_eq!((world.upload_count().await, world.partial_files()), (1, 0));
}

/// An upload that has expired, with a byte of it on the disk.
async fn expired(world: &World) -> String {
    let (upload, now) = (Uuid::now_v7(), world.clock.machine_now());
    let add = move |tx: &mut schema::Tx<'_>| {
        let new = NewResumableUpload {
            id: upload,
            created_by: "user:x",
            meter_id: None,
            metadata: "",
            length_bytes: 10,
            created_at: now - TimeDelta::hours(25),
            expires_at: now - TimeDelta::hours(1),
            received_at: None,
        };
        resumable_uploads::add(tx, &new)
    };
    world.of(ACME, add).await;
    let partial = PartialId { organization_id: ACME, id: upload };
    world.store.partial(partial).unwrap().unwrap().write(b"1").unwrap();
    format!("{PATH}/{upload}")
}

#[actix_web::test]
async fn what_has_expired_is_told_and_then_deleted() {
    let world = World::new().await;
    let (old, young) = (expired(&world).await, begin(&world, 10).await);
    patch(&world, &young, 0, b"123").await;
    for method in [Method::HEAD, Method::GET, Method::PATCH, Method::DELETE] {
        assert_eq!(world.send(tus(&world, method.clone(), &old)).await.status, 410, "{method}");
    }
    // Expired ones are not open.
    assert_eq!(world.partial_files(), 2);
    let held = world.store.partial(PartialId { organization_id: ACME, id: id(&old) }).unwrap();
    sweep::once(&world.door()).await;
    assert_eq!(head(&world, &old).await.status, 410, "somebody writes to it");
    drop(held);
    sweep::once(&world.door()).await;
    assert_eq!(head(&world, &old).await.status, 404);
    assert_eq!((head(&world, &young).await.header("upload-offset"), world.partial_files()), (Some("3"), 1));
}

#[actix_web::test]
async fn files_without_a_row_are_deleted_after_a_while() {
    let world = World::new().await;
    let young = begin(&world, 10).await;
    patch(&world, &young, 0, b"123").await;
    for name in [Uuid::now_v7(), id(&young)] {
        let partial = PartialId { organization_id: ACME, id: name };
        world.store.partial(partial).unwrap();
        let path = world.folder.path().join(format!("partial/{ACME}.{name}"));
        let long_ago = SystemTime::from(world.clock.machine_now()) - Duration::from_hours(2);
        File::options().write(true).open(path).unwrap().set_modified(long_ago).unwrap();
    }
    let fresh = PartialId { organization_id: ACME, id: Uuid::now_v7() };
    world.store.partial(fresh).unwrap();
    assert_eq!(world.partial_files(), 3);
    sweep::once(&world.door()).await;
    assert_eq!((world.partial_files(), head(&world, &young).await.header("upload-offset")), (2, Some("3")));
}
