//! Meters' tokens: exchanged without a pause, revoked at once, shown once.

use actix_web::http::Method;
use actix_web::test::TestRequest;
use schema::types::Connectivity;
use serde_json::{Value, json};
use test_support::tenants::{ACME, GLOBEX};

use crate::data::id;
use crate::http::Answer;
use crate::world::{ACME_ADMIN, ACME_VIEWER, GLOBEX_ADMIN, NORTHWIND_ADMIN, World};

fn path() -> String {
    format!("/v1/meters/{}/tokens", id(1))
}

/// With meter 1 of Acme's, and its first token.
async fn world() -> (World, String) {
    let world = World::new().await;
    let body = json!({"id": id(1), "name": "ams-1", "billing_mode": "production", "connectivity": "online",
        "contract_number": "ACME-0001"});
    let meter = world.post(ACME_ADMIN, "/v1/meters", &body).await.expect(201);
    (world, meter["token"].as_str().unwrap().to_owned())
}

impl World {
    async fn add_token(&self) -> Answer {
        self.send(self.request(ACME_ADMIN, Method::POST, &path())).await
    }

    async fn tokens(&self) -> Vec<Value> {
        self.get(ACME_ADMIN, &path()).await.expect(200)["items"].as_array().unwrap().clone()
    }

    async fn revoke(&self, id: &Value) -> Answer {
        let path = format!("{}/{}", path(), id.as_str().unwrap());
        self.send(self.request(ACME_ADMIN, Method::DELETE, &path)).await
    }

    /// Whether the token opens the meter's uploads.
    async fn is_good(&self, token: &str) -> bool {
        let request = TestRequest::with_uri("/v1/uploads");
        let answer = self.send(request.insert_header(("authorization", format!("Bearer {token}")))).await;
        assert!([200, 401].contains(&answer.status.as_u16()), "{answer:?}");
        answer.status == 200
    }
}

#[actix_web::test]
async fn a_token_is_exchanged_for_the_next_without_a_pause() {
    let (world, first) = world().await;
    let answer = world.add_token().await;
    let added = answer.expect(201);
    assert_eq!(answer.header("cache-control"), "no-store");
    let second = added["token"].as_str().unwrap().to_owned();
    assert!(second.starts_with("umt_") && second != first);
    assert!(world.is_good(&first).await && world.is_good(&second).await);
    assert_eq!(world.add_token().await.expect(409)["code"], "too-many-tokens");

    let tokens = world.tokens().await;
    assert_eq!(tokens.len(), 2);
    assert!(tokens.iter().all(|token| token.get("token").is_none() && token["revoked_at"].is_null()));
    assert_eq!(tokens[1]["id"], added["id"]);
    for _ in 0..2 {
        world.revoke(&tokens[0]["id"]).await.expect(204);
    }
    assert!(!world.is_good(&first).await && world.is_good(&second).await);
    assert!(!world.tokens().await[0]["revoked_at"].is_null());
    world.add_token().await.expect(201);
}

#[actix_web::test]
async fn a_deregistered_meter_has_no_good_token() {
    let (world, token) = world().await;
    let meter = format!("/v1/meters/{}", id(1));
    world.send(world.request(ACME_ADMIN, Method::DELETE, &meter)).await.expect(204);
    assert!(!world.is_good(&token).await);
    assert_eq!(world.add_token().await.expect(409)["code"], "meter-deregistered");
}

#[actix_web::test]
async fn a_retry_gets_the_first_answer_without_the_token() {
    let (world, _) = world().await;
    let send = async |path: &str| {
        let request = world.request(ACME_ADMIN, Method::POST, path);
        world.send(request.insert_header(("idempotency-key", "k-1"))).await
    };
    let mut first = send(&path()).await.expect(201);
    assert!(first.as_object_mut().unwrap().remove("token").is_some());
    assert_eq!(send(&path()).await.expect(201), first);
    assert_eq!(world.tokens().await.len(), 2);
    world.meter(ACME, 2, "ACME-0001", Connectivity::Online).await;
    let other = send(&format!("/v1/meters/{}/tokens", id(2))).await;
    assert_eq!(other.expect(422)["code"], "idempotency-key-reused");
}

#[actix_web::test]
async fn tokens_are_their_partners_admins_affair() {
    let (world, _) = world().await;
    let token = world.tokens().await[0]["id"].clone();
    let one = format!("{}/{}", path(), token.as_str().unwrap());
    for (method, path) in [(Method::GET, &path()), (Method::POST, &path()), (Method::DELETE, &one)] {
        for who in [ACME_VIEWER, NORTHWIND_ADMIN] {
            world.send(world.request(who, method.clone(), path)).await.expect(403);
        }
        world.send(world.request(GLOBEX_ADMIN, method, path)).await.expect(404);
    }
    world.revoke(&json!(id(404))).await.expect(404);
    // The same appliance at another partner has tokens of its own.
    world.meter(GLOBEX, 1, "GLOBEX-0001", Connectivity::Online).await;
    world.send(world.request(GLOBEX_ADMIN, Method::DELETE, &one)).await.expect(404);
    assert!(world.tokens().await[0]["revoked_at"].is_null());
    let actions = world.get(ACME_ADMIN, "/v1/audit?action=meter.revoke-token").await.expect(200);
    assert_eq!(actions["items"], json!([]));
}
