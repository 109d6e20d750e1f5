//! What the door does not take, and when it cannot.

use actix_web::error::PayloadError;
use actix_web::http::StatusCode;
use actix_web::web::Bytes;
use std::time::Duration;

use crate::files::file_of;
use crate::world::{METER, World};

/// The limit of the tests' doors.
const LIMIT: usize = 1 << 20;

#[actix_web::test]
async fn too_long_is_told_before_or_while_reading() {
    let world = World::new().await;
    let announced = world.post().insert_header(("content-length", (LIMIT + 1).to_string()));
    assert_eq!(world.send(announced).await.outcome(), (413, "limit-exceeded"));
    assert_eq!(world.upload(&vec![0; LIMIT + 1]).await.outcome(), (413, "limit-exceeded"));
    assert_eq!(world.upload(&vec![0; LIMIT]).await.outcome(), (422, "not-usage-data"));
    assert_eq!(world.staged_files(), 0);
}

#[actix_web::test]
async fn a_form_is_limited_as_a_whole() {
    let world = World::new().await;
    let form = || world.post().insert_header(("content-type", "multipart/form-data; boundary=limit"));
    // All of it before the first boundary, in lines that are short and in one that is not.
    for line in [&b"no boundary\r\n"[..], &b"no line"[..]] {
        let junk = line.repeat(3 * LIMIT / line.len());
        let answer = world.send(form().set_payload(junk)).await;
        assert!(answer.status.is_client_error(), "{:?}", answer.json);
    }
    let mut body = b"--limit\r\ncontent-disposition: form-data; name=\"file\"\r\n\r\n".to_vec();
    body.resize(2 * LIMIT, b'x');
    assert_eq!(world.send(form().set_payload(body)).await.outcome(), (413, "limit-exceeded"));
    assert_eq!(world.staged_files(), 0);
}

#[actix_web::test]
async fn other_media_types_are_not_taken() {
    let world = World::new().await;
    for media_type in ["application/json", "application/zip", "multipart/mixed; boundary=a", ""] {
        let request = world.post().insert_header(("content-type", media_type)).set_payload("{}");
        assert_eq!(world.send(request).await.outcome(), (415, "unsupported-media-type"), "{media_type}");
    }
    let encoded = world.post().insert_header(("content-encoding", "gzip")).set_payload("{}");
    assert_eq!(world.send(encoded).await.status, StatusCode::UNSUPPORTED_MEDIA_TYPE);
}

#[actix_web::test]
async fn without_a_database_the_caller_is_asked_to_come_again() {
    let world = World::new().await.with_database_url("postgres://nobody@127.0.0.1:9/nothing");
    let answer = world.upload(&file_of(METER).build()).await;
    assert_eq!(answer.outcome(), (503, "unavailable"));
    assert!(answer.header("retry-after").is_some());
    assert_eq!(world.staged_files(), 0);
}

#[actix_web::test]
async fn without_a_store_the_caller_is_asked_to_come_again() {
    let world = World::new().await;
    std::fs::write(world.folder.path().join("staging"), "where a folder should be").unwrap();
    let answer = world.upload(&file_of(METER).build()).await;
    assert_eq!(answer.outcome(), (503, "unavailable"));
    assert!(answer.header("retry-after").is_some());
}

#[actix_web::test]
async fn a_sender_that_falls_silent_is_cut_off() {
    let world = World::new().await.with_idle(Duration::from_millis(100));
    let silence = futures_util::stream::pending::<Result<Bytes, PayloadError>>();
    let answer = world.send_stream(world.post(), silence).await;
    assert_eq!(answer.outcome(), (400, "bad-request"));
    assert_eq!(world.staged_files(), 0);
}

#[actix_web::test]
async fn a_sender_that_hangs_up_leaves_nothing_behind() {
    let world = World::new().await;
    let broken = [Ok(Bytes::from_static(b"PK")), Err(PayloadError::Incomplete(None))];
    let answer = world.send_stream(world.post(), futures_util::stream::iter(broken)).await;
    assert_eq!(answer.outcome(), (400, "bad-request"));
    assert_eq!((world.upload_count().await, world.staged_files()), (0, 0));
}
