//! Uploads as they are listed, and their bytes.

use actix_web::http::Method;
use actix_web::test::TestRequest;
use insta::assert_json_snapshot;
use platform::auth::{METER_TOKEN_PREFIX, OpaqueToken};
use schema::meters::{self, NewToken};
use schema::types::{Connectivity, UploadStatus};
use schema::uploads::NewUpload;
use secrecy::ExposeSecret;
use serde_json::{Value, json};
use test_support::tenants::ACME;
use uuid::Uuid;

use crate::data::{hour, id, month};
use crate::http::Answer;
use crate::world::{ACME_ADMIN, ACME_VIEWER, OPERATOR, World};

fn ids(answer: &Answer) -> Vec<Uuid> {
    let body = answer.expect(200);
    let items = body["items"].as_array().unwrap();
    items.iter().map(|upload| upload["id"].as_str().unwrap().parse().unwrap()).collect()
}

#[actix_web::test]
async fn uploads_are_listed_newest_first_and_filtered() {
    let world = World::new().await;
    let first = world.upload(ACME, 1, 1, UploadStatus::Processed).await;
    let second = world.upload(ACME, 2, 2, UploadStatus::Rejected).await;
    let third = world.upload(ACME, 1, 3, UploadStatus::Received).await;
    let list = async |query: &str| ids(&world.get(ACME_VIEWER, &format!("/v1/uploads{query}")).await);
    assert_eq!(list("").await, [third, second, first]);
    assert_eq!(list(&format!("?meter_id={}", id(1))).await, [third, first]);
    assert_eq!(list("?status=rejected").await, [second]);
    assert_eq!(list("?month=2026-09&status=processed").await, [first]);
    assert_eq!(list("?month=2026-08").await, [] as [Uuid; 0]);
    let operators = world.get(OPERATOR, &format!("/v1/uploads?partner_id={ACME}")).await;
    assert_eq!(ids(&operators), [third, second, first]);
    let rejected = world.get(ACME_VIEWER, &format!("/v1/uploads/{second}")).await.expect(200);
    assert_json_snapshot!(rejected, {".id" => "[id]"});
}

#[actix_web::test]
async fn a_typo_in_a_filter_does_not_widen_the_list() {
    let world = World::new().await;
    let wrong =
        async |query: &str| world.get(ACME_VIEWER, &format!("/v1/uploads?{query}")).await.wrong_fields();
    assert_eq!(wrong("meter=x").await, ["meter unknown"]);
    assert_eq!(
        wrong("meter_id=x&month=2026-9&status=done").await,
        ["meter_id invalid", "month invalid", "status invalid"]
    );
    assert_eq!(wrong("limit=0").await, ["limit invalid"]);
    assert_eq!(wrong("cursor=x").await, ["cursor invalid"]);
    assert_eq!(wrong("status=received&status=processed").await, ["status repeated"]);
}

#[actix_web::test]
async fn the_bytes_come_back_as_they_were_received() {
    let world = World::new().await;
    let content: Vec<u8> = (0..300_000_u32).flat_map(u32::to_le_bytes).collect();
    let mut staged = world.api.store.stage(u64::MAX).unwrap();
    staged.write(&content).unwrap();
    let stored = staged.commit().unwrap();
    let upload_id = Uuid::now_v7();
    world
        .within(ACME, move |tx| {
            let upload = NewUpload {
                id: upload_id,
                sha256: &stored.sha256,
                size_bytes: 1_200_000,
                received_at: hour(1),
                uploaded_by: "user:nobody",
                meter_id: Some(id(1)),
                month: Some(month()),
                partial: None,
                meter_version: None,
                signature: None,
            };
            schema::uploads::reject(tx, &upload, &json!([]))
        })
        .await;
    let answer = world.get(ACME_VIEWER, &format!("/v1/uploads/{upload_id}/file")).await;
    assert_eq!(answer.status, 200);
    assert!(answer.body == content);
    assert_eq!(answer.header("content-type"), "application/octet-stream");
    let name = format!("attachment; filename=\"{}_2026-09.data\"", id(1));
    assert_eq!(answer.header("content-disposition"), name);
}

#[actix_web::test]
async fn a_meter_sees_its_own_uploads_alone() {
    let world = World::new().await;
    let token = OpaqueToken::generate(METER_TOKEN_PREFIX).unwrap();
    let sha256 = token.sha256;
    world.meter(ACME, 1, "ACME-0001", Connectivity::Online).await;
    world
        .within(ACME, move |tx| {
            let token = NewToken { id: id(50), token_sha256: &sha256, created_at: hour(0) };
            meters::add_token(tx, id(1), &token)
        })
        .await;
    let own = world.upload(ACME, 1, 1, UploadStatus::Processed).await;
    let other = world.upload(ACME, 2, 2, UploadStatus::Processed).await;
    let get = async |path: String| {
        let bearer = format!("Bearer {}", token.text.expose_secret());
        let request =
            TestRequest::with_uri(&path).method(Method::GET).insert_header(("authorization", bearer));
        world.send(request).await
    };
    assert_eq!(ids(&get("/v1/uploads".into()).await), [own]);
    get(format!("/v1/uploads?meter_id={}", id(2))).await.expect(404);
    get(format!("/v1/uploads/{own}")).await.expect(200);
    get(format!("/v1/uploads/{other}")).await.expect(404);
    get(format!("/v1/uploads/{other}/file")).await.expect(404);
    get("/v1/meters".into()).await.expect(403);
    assert_eq!(ids(&world.get(ACME_ADMIN, "/v1/uploads").await).len(), 2);
    assert_eq!(get("/v1/auth/me".into()).await.expect(403)["errors"], Value::Null);
}
