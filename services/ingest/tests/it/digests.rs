//! `Content-Digest` and `Repr-Digest`: what a request says of its bytes.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest, Sha256, Sha512};

use crate::files::file_of;
use crate::world::{Answer, METER, World};

fn sha256(bytes: &[u8]) -> String {
    format!("sha-256=:{}:", STANDARD.encode(Sha256::digest(bytes)))
}

fn sha512(bytes: &[u8]) -> String {
    format!("sha-512=:{}:", STANDARD.encode(Sha512::digest(bytes)))
}

async fn upload(world: &World, bytes: &[u8], name: &str, value: &str) -> Answer {
    world.send(world.post().insert_header((name, value)).set_payload(bytes.to_vec())).await
}

#[actix_web::test]
async fn bytes_with_the_digests_that_they_came_with_are_taken() {
    let (world, bytes) = (World::new().await, file_of(METER).build());
    let both = format!("{}, {}", sha512(&bytes), sha256(&bytes));
    let good = [
        sha256(&bytes),
        sha512(&bytes),
        both,
        format!("md5=:AAAA:, {};q=1", sha256(&bytes)),
        "unknown=(1 2);a".to_owned(),
    ];
    for (index, value) in good.iter().enumerate() {
        for name in ["content-digest", "repr-digest"] {
            let status = if index == 0 && name == "content-digest" { 202 } else { 200 };
            assert_eq!(upload(&world, &bytes, name, value).await.outcome(), (status, ""), "{name}: {value}");
        }
    }
    let twice = world.post().append_header(("content-digest", sha256(&bytes)));
    let twice = twice.append_header(("content-digest", sha512(&bytes))).set_payload(bytes);
    assert_eq!(world.send(twice).await.outcome(), (200, ""));
}

#[actix_web::test]
async fn bytes_with_another_digest_leave_nothing_behind() {
    let (world, bytes) = (World::new().await, file_of(METER).build());
    let wrong = [
        sha256(b"other"),
        sha512(b"other"),
        format!("{}, {}", sha256(&bytes), sha512(b"other")),
        format!("{}, {}", sha256(b"other"), sha512(&bytes)),
    ];
    for value in &wrong {
        for name in ["content-digest", "repr-digest"] {
            let answer = upload(&world, &bytes, name, value).await;
            assert_eq!(answer.outcome(), (400, "digest-mismatch"), "{name}: {value}");
        }
    }
    let one_of_two = world.post().insert_header(("content-digest", sha256(&bytes)));
    let one_of_two = one_of_two.insert_header(("repr-digest", sha256(b"other"))).set_payload(bytes);
    assert_eq!(world.send(one_of_two).await.outcome(), (400, "digest-mismatch"));
    assert_eq!((world.upload_count().await, world.outbox_depth().await, world.staged_files()), (0, 0, 0));
}

#[actix_web::test]
async fn what_is_no_dictionary_of_digests_is_told_before_the_bytes_are_read() {
    let (world, bytes) = (World::new().await, file_of(METER).build());
    let long = format!("{}, {}", sha256(&bytes), "a=:AAAA:, ".repeat(300) + "b=:AAAA:");
    let bad = [
        "sha-256",
        "sha-256=:AAAA:",
        "sha-256=AAAA",
        "sha-256=\"AAAA\"",
        "sha-256=(:AAAA:)",
        "sha-256=:no base64!:",
        "=:AAAA:",
        "sha-256=:AAAA:,",
        &long,
    ];
    for value in bad {
        let answer = upload(&world, &bytes, "content-digest", value).await;
        assert_eq!(answer.outcome(), (400, "bad-request"), "{value}");
    }
    let form = world.post().insert_header(("content-type", "multipart/form-data; boundary=b"));
    let form = form.insert_header(("content-digest", sha256(&bytes))).set_payload("--b--");
    assert_eq!(world.send(form).await.outcome(), (400, "digest-unsupported"));
    assert_eq!((world.upload_count().await, world.staged_files()), (0, 0));
}
