//! Whose uploads they are.

use actix_web::http::Method;
use schema::types::Role;
use test_support::tenants::{ACME, GLOBEX};
use uuid::Uuid;

use super::{PATH, begin, patch, patch_of, tus, tus_by};
use crate::files::file_of;
use crate::world::{METER, World};

const METHODS: [Method; 4] = [Method::HEAD, Method::GET, Method::PATCH, Method::DELETE];

async fn sees_nothing(world: &World, token: &str, path: &str) {
    for method in METHODS {
        let answer = world.send(patch_of(tus_by(token, method.clone(), path), 0).set_payload("1")).await;
        assert_eq!(answer.status, 404, "{method}");
        // Whatever else is wrong with the request.
        let bare = tus_by(token, method.clone(), path).insert_header(("tus-resumable", "0.1"));
        assert_eq!(world.send(bare).await.status, 404, "{method}");
    }
}

#[actix_web::test]
async fn an_upload_is_its_organizations() {
    let world = World::new().await;
    let path = begin(&world, 10).await;
    sees_nothing(&world, &world.token(GLOBEX, Role::PartnerAdmin), &path).await;
    sees_nothing(&world, &world.token(ACME, Role::PartnerViewer), &path).await;
    assert_eq!(patch(&world, &path, 0, b"1").await.status, 204);
}

#[actix_web::test]
async fn a_meters_token_is_good_for_its_own() {
    let (world, other) = (World::new().await, Uuid::from_u128(0x1001));
    let (token, another) = (world.register(ACME, other, None).await, Uuid::from_u128(0x1002));
    let another = world.register(ACME, another, None).await;
    let by_admin = begin(&world, 10).await;
    sees_nothing(&world, &token, &by_admin).await;
    // A file of another meter is refused, whoever sends its last byte.
    let bytes = file_of(METER).build();
    let post = tus_by(&token, Method::POST, PATH).insert_header(("upload-length", bytes.len().to_string()));
    let path = world.send(post).await.header("location").unwrap().to_owned();
    sees_nothing(&world, &another, &path).await;
    let part = patch_of(tus_by(&token, Method::PATCH, &path), 0).set_payload(bytes[..10].to_vec());
    assert_eq!(world.send(part).await.status, 204);
    let rest = patch_of(tus(&world, Method::PATCH, &path), 10).set_payload(bytes[10..].to_vec());
    assert_eq!(world.send(rest).await.outcome(), (422, "meter-unknown"));
}

#[actix_web::test]
async fn the_same_key_begins_one_upload() {
    let world = World::new().await;
    let post = |length: &str| {
        let request = tus(&world, Method::POST, PATH).insert_header(("upload-length", length));
        world.send(request.insert_header(("idempotency-key", "k")))
    };
    let first = post("10").await;
    let path = first.header("location").unwrap();
    patch(&world, path, 0, b"123").await;
    let again = post("10").await;
    assert_eq!((again.header("location"), again.header("upload-offset")), (Some(path), Some("3")));
    assert_eq!(post("11").await.outcome(), (422, "idempotency-key-reused"));
    assert_eq!(world.send(tus(&world, Method::DELETE, path)).await.status, 204);
    assert_eq!(post("10").await.outcome(), (410, "gone"));
}
