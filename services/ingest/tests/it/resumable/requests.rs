//! The protocol, request by request.

use actix_web::http::Method;
use actix_web::test::TestRequest;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest, Sha256};

use super::{PATH, begin, head, id, offset, patch, patch_of, tus};
use crate::world::World;

/// Headers to set, the status and code that they are answered.
type Case<'c> = (&'c [(&'c str, &'c str)], u16, &'c str);

async fn refused(world: &World, request: impl Fn() -> TestRequest, cases: &[Case<'_>]) {
    for (headers, status, code) in cases {
        let request = headers.iter().fold(request(), |request, header| request.insert_header(*header));
        let answer = world.send(request).await;
        assert_eq!(answer.outcome(), (*status, *code), "{headers:?}: {:?}", answer.json);
        assert_eq!(answer.header("tus-resumable"), Some("1.0.0"), "{headers:?}");
        let version = (*status == 412).then_some("1.0.0");
        assert_eq!(answer.header("tus-version"), version, "{headers:?}");
    }
}

#[actix_web::test]
async fn what_is_spoken_here_is_told() {
    let world = World::new().await;
    let answer = world.send(tus(&world, Method::OPTIONS, PATH)).await;
    assert_eq!(answer.status, 204);
    assert_eq!(answer.header("tus-version"), Some("1.0.0"));
    assert_eq!(
        answer.header("tus-extension"),
        Some("creation,creation-with-upload,expiration,termination,checksum")
    );
    assert_eq!(answer.header("tus-checksum-algorithm"), Some("sha1,sha256,sha512"));
    assert_eq!(answer.header("tus-max-size"), Some("1048576"));
}

#[actix_web::test]
async fn a_beginning_that_cannot_be_is_refused() {
    let world = World::new().await;
    let post = || tus(&world, Method::POST, PATH).insert_header(("upload-length", "10"));
    let long = "a ".to_owned() + &"YQ==".repeat(1100);
    let bytes = ("content-type", "application/offset+octet-stream");
    let cases: &[Case<'_>] = &[
        (&[("tus-resumable", "0.2.2")], 412, "tus-version-unsupported"),
        (&[("upload-length", "-1")], 400, "bad-request"),
        (&[("upload-length", "+1")], 400, "bad-request"),
        (&[("upload-length", "ten")], 400, "bad-request"),
        (&[("upload-length", "")], 400, "bad-request"),
        (&[("upload-length", "1048577")], 413, "limit-exceeded"),
        (&[("upload-defer-length", "1")], 400, "bad-request"),
        (&[("upload-metadata", "a !!")], 400, "bad-request"),
        (&[("upload-metadata", &long)], 400, "bad-request"),
        (&[("content-type", "application/octet-stream")], 415, "unsupported-media-type"),
        (&[("content-length", "3")], 415, "unsupported-media-type"),
        (&[bytes, ("content-encoding", "gzip")], 415, "unsupported-media-type"),
        (&[bytes, ("content-length", "11")], 413, "limit-exceeded"),
        (&[bytes, ("upload-checksum", "crc7 AAAA")], 400, "bad-request"),
    ];
    refused(&world, post, cases).await;
    let without = || {
        let request = TestRequest::default().method(Method::POST).uri(PATH);
        let token = world.token(test_support::tenants::ACME, schema::types::Role::PartnerAdmin);
        request.insert_header(("authorization", format!("Bearer {token}")))
    };
    refused(&world, without, &[(&[], 412, "tus-version-unsupported")]).await;
    let no_length: &[Case<'_>] = &[(&[("tus-resumable", "1.0.0")], 400, "bad-request")];
    refused(&world, without, no_length).await;
}

#[actix_web::test]
async fn bytes_that_do_not_belong_are_refused_and_nothing_moves() {
    let world = World::new().await;
    let path = begin(&world, 10).await;
    assert_eq!(patch(&world, &path, 0, b"1234").await.status, 204);
    let request = || patch_of(tus(&world, Method::PATCH, &path), 4).set_payload("56");
    let cases: &[Case<'_>] = &[
        (&[("tus-resumable", "2.0.0")], 412, "tus-version-unsupported"),
        (&[("upload-offset", "0")], 409, "wrong-offset"),
        (&[("upload-offset", "5")], 409, "wrong-offset"),
        (&[("upload-offset", "18446744073709551615")], 409, "wrong-offset"),
        (&[("upload-offset", "-4")], 400, "bad-request"),
        (&[("upload-offset", "")], 400, "bad-request"),
        (&[("content-type", "application/octet-stream")], 415, "unsupported-media-type"),
        (&[("content-encoding", "gzip")], 415, "unsupported-media-type"),
        (&[("content-length", "7")], 413, "limit-exceeded"),
        (&[("upload-checksum", "sha256")], 400, "bad-request"),
        (&[("upload-checksum", "sha256 AAAA")], 400, "bad-request"),
        (&[("upload-checksum", "md5 1B2M2Y8AsgTpgAmY7PhCfg==")], 400, "bad-request"),
    ];
    refused(&world, request, cases).await;
    let long = || patch_of(tus(&world, Method::PATCH, &path), 4).set_payload("5678901");
    refused(&world, long, &[(&[], 413, "limit-exceeded")]).await;
    assert_eq!(offset(&world, &path).await, 4);
    for unknown in [format!("{PATH}/{}", uuid::Uuid::now_v7()), format!("{PATH}/none")] {
        assert_eq!(patch(&world, &unknown, 0, b"1").await.outcome(), (404, "not-found"));
        assert_eq!(head(&world, &unknown).await.status, 404);
    }
}

#[actix_web::test]
async fn where_an_upload_is_and_what_was_said_of_it_is_told() {
    let world = World::new().await;
    let request = tus(&world, Method::POST, PATH).insert_header(("upload-length", "10"));
    let request = request.insert_header(("upload-metadata", "filename YS5kYXRh,flag"));
    let begun = world.send(request).await;
    assert_eq!((begun.status.as_u16(), begun.header("upload-offset")), (201, Some("0")));
    let path = begun.header("location").unwrap();
    patch(&world, path, 0, b"123").await;
    let answer = head(&world, path).await;
    assert_eq!(answer.header("upload-offset"), Some("3"));
    assert_eq!(answer.header("upload-length"), Some("10"));
    assert_eq!(answer.header("upload-metadata"), Some("filename YS5kYXRh,flag"));
    assert!(answer.header("upload-expires").unwrap().ends_with(" GMT"));
    let shown = world.send(tus(&world, Method::GET, path)).await.json;
    assert_eq!((&shown["offset_bytes"], &shown["status"]), (&3.into(), &"open".into()));
    assert_eq!(shown["id"], id(path).to_string());
}

#[actix_web::test]
async fn bytes_with_a_checksum_are_kept_when_they_have_it() {
    let world = World::new().await;
    let path = begin(&world, 10).await;
    let send = |said: String, at: usize, bytes: &'static str| {
        let request = patch_of(tus(&world, Method::PATCH, &path), at);
        world.send(request.insert_header(("upload-checksum", said)).set_payload(bytes))
    };
    let sha256 = |text: &str| format!("sha256 {}", STANDARD.encode(Sha256::digest(text)));
    assert_eq!(send(sha256("abcd"), 0, "abcx").await.outcome(), (460, "checksum-mismatch"));
    assert_eq!(offset(&world, &path).await, 0);
    assert_eq!(send(sha256("abcd"), 0, "abcd").await.status, 204);
    // SHA-1 is what the protocol asks for at least.
    assert_eq!(send("sha1 qZk+NkcGgWq6PiVxeFDCbJzQ2J0=".to_owned(), 4, "abc").await.status, 204);
    assert_eq!(offset(&world, &path).await, 7);
}

#[actix_web::test]
async fn clients_that_cannot_patch_say_so() {
    let world = World::new().await;
    let path = begin(&world, 10).await;
    let by = |method: &'static str| {
        tus(&world, Method::POST, &path).insert_header(("x-http-method-override", method))
    };
    assert_eq!(world.send(patch_of(by("PATCH"), 0).set_payload("123")).await.status, 204);
    assert_eq!(world.send(by("HEAD")).await.header("upload-offset"), Some("3"));
    assert_eq!(world.send(by("PUT")).await.outcome(), (400, "bad-request"));
    assert_eq!(world.send(by("DELETE")).await.status, 204);
    assert_eq!(head(&world, &path).await.status, 404);
}
