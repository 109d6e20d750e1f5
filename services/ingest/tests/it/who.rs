//! Who may upload what.

use actix_web::http::StatusCode;
use chrono::TimeDelta;
use platform::auth::{API_KEY_PREFIX, OpaqueToken};
use schema::api_keys::{self, NewApiKey};
use schema::types::Role;
use secrecy::ExposeSecret;
use test_support::tenants::{ACME, NORTHWIND, VENDOR};
use uuid::Uuid;

use crate::files::file_of;
use crate::world::{METER, World};

#[actix_web::test]
async fn only_a_partners_administrator_uploads() {
    let world = World::new().await;
    let bytes = file_of(METER).build();
    let others = [
        (ACME, Role::PartnerViewer),
        (NORTHWIND, Role::AggregatorAdmin),
        (NORTHWIND, Role::AggregatorViewer),
        (VENDOR, Role::OperatorAdmin),
        (VENDOR, Role::ServiceDesk),
    ];
    for (organization, role) in others {
        let token = world.token(organization, role);
        let answer = world.send(World::post_by(&token).set_payload(bytes.clone())).await;
        assert_eq!(answer.outcome(), (403, "forbidden"), "{role}");
    }
    assert_eq!(
        world.send(World::post_by("nonsense").set_payload(bytes)).await.outcome(),
        (401, "unauthorized")
    );
    assert_eq!(world.upload_count().await, 0);
}

#[actix_web::test]
async fn a_meters_token_is_good_for_its_own_files() {
    let world = World::new().await;
    let meter = Uuid::from_u128(0x1001);
    let token = world.register(ACME, meter, None).await;
    let answer = world.send(World::post_by(&token).set_payload(file_of(meter).build())).await;
    assert_eq!(answer.status, StatusCode::ACCEPTED, "{:?}", answer.json);
    let id = answer.id();
    let upload = world.of(ACME, move |tx| schema::uploads::find(tx, id)).await.unwrap();
    assert_eq!(upload.uploaded_by, format!("meter:{meter}"));
}

#[actix_web::test]
async fn a_meters_token_is_good_for_no_other_meters_files() {
    let world = World::new().await;
    let token = world.register(ACME, Uuid::from_u128(0x1001), None).await;
    let others = file_of(METER).build();
    let answer = world.send(World::post_by(&token).set_payload(others.clone())).await;
    assert_eq!(answer.outcome(), (422, "meter-unknown"));
    // Nor does it learn that they are there.
    assert_eq!(world.upload(&others).await.status, StatusCode::ACCEPTED);
    let answer = world.send(World::post_by(&token).set_payload(others)).await;
    assert_eq!(answer.outcome(), (422, "meter-unknown"));
}

/// A key of Acme's with one right.
async fn api_key(world: &World, id: Uuid, right: &'static str) -> String {
    let token = OpaqueToken::generate(API_KEY_PREFIX).unwrap();
    let now = world.clock.machine_now();
    world
        .of(ACME, move |tx| {
            let key = NewApiKey {
                id,
                name: "nightly",
                token_sha256: &token.sha256,
                role: Role::PartnerAdmin,
                rights: &[right],
                created_by: "user:nobody",
                created_at: now,
                expires_at: now + TimeDelta::days(1),
            };
            api_keys::insert(tx, &key)?;
            Ok(token.text.expose_secret().to_owned())
        })
        .await
}

#[actix_web::test]
async fn a_key_uploads_if_it_may() {
    let world = World::new().await;
    let bytes = file_of(METER).build();
    let reader = api_key(&world, Uuid::from_u128(1), "read-uploads").await;
    let answer = world.send(World::post_by(&reader).set_payload(bytes.clone())).await;
    assert_eq!(answer.outcome(), (403, "forbidden"));
    let uploader = api_key(&world, Uuid::from_u128(2), "upload").await;
    let answer = world.send(World::post_by(&uploader).set_payload(bytes)).await;
    assert_eq!(answer.status, StatusCode::ACCEPTED, "{:?}", answer.json);
    let id = answer.id();
    let upload = world.of(ACME, move |tx| schema::uploads::find(tx, id)).await.unwrap();
    assert_eq!(upload.uploaded_by, format!("api-key:{}", Uuid::from_u128(2)));
}

#[actix_web::test]
async fn what_is_wrong_with_a_request_is_told_to_those_who_may_upload() {
    let world = World::new().await;
    for token in ["umt_nobody", "uik_nobody", "nonsense"] {
        let request = World::post_by(token)
            .insert_header(("idempotency-key", ""))
            .insert_header(("content-type", "text/plain"))
            .insert_header(("content-length", u64::MAX.to_string()));
        assert_eq!(world.send(request).await.outcome(), (401, "unauthorized"), "{token}");
    }
}
