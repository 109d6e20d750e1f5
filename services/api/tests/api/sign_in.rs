//! Log-in, renewal, reuse, log-out, and who one is.

use actix_web::http::Method;
use actix_web::test::TestRequest;
use insta::assert_json_snapshot;
use serde_json::{Value, json};

use crate::http::Answer;
use crate::world::{ACME_ADMIN, PASSWORD, World};

impl World {
    pub async fn open(&self, path: &str, body: &Value) -> Answer {
        self.send(TestRequest::with_uri(path).method(Method::POST).set_json(body)).await
    }

    pub async fn log_in(&self, email: &str, password: &str) -> Answer {
        self.open("/v1/auth/token", &json!({"email": email, "password": password})).await
    }

    pub async fn refresh(&self, token: &Value) -> Answer {
        self.open("/v1/auth/refresh", &json!({ "refresh_token": token })).await
    }

    pub async fn with_bearer(&self, method: Method, path: &str, token: &Value, body: &Value) -> Answer {
        let bearer = format!("Bearer {}", token.as_str().unwrap());
        let request = TestRequest::with_uri(path).method(method).insert_header(("authorization", bearer));
        self.send(request.set_json(body)).await
    }
}

#[actix_web::test]
async fn a_log_in_tells_who_one_is() {
    let world = World::new().await;
    let user_id = world.user("admin@acme.test", ACME_ADMIN).await;
    let answer = world.log_in("Admin@Acme.test", PASSWORD).await;
    let tokens = answer.expect(200);
    assert_eq!(answer.header("cache-control"), "no-store");
    assert_eq!((&tokens["token_type"], &tokens["expires_in"]), (&json!("Bearer"), &json!(900)));
    let me = world
        .with_bearer(Method::GET, "/v1/auth/me", &tokens["access_token"], &Value::Null)
        .await
        .expect(200);
    assert_eq!(me["user_id"], json!(user_id));
    assert_json_snapshot!(me, {".user_id" => "[id]"});
}

#[actix_web::test]
async fn an_unknown_address_and_a_wrong_password_get_the_same_answer() {
    let world = World::new().await;
    world.user("admin@acme.test", ACME_ADMIN).await;
    let wrong = world.log_in("admin@acme.test", "demo-passwore").await;
    let unknown = world.log_in("nobody@acme.test", PASSWORD).await;
    let without_id = |answer: &Answer| {
        let mut body = answer.expect(401);
        body["request_id"].take();
        body
    };
    assert_eq!(without_id(&wrong), without_id(&unknown));
    assert_json_snapshot!(without_id(&wrong));
}

#[actix_web::test]
async fn log_in_says_what_is_missing() {
    let world = World::new().await;
    let answer = world.open("/v1/auth/token", &json!({"email": "", "user": "x"})).await;
    assert_eq!(answer.wrong_fields(), ["email invalid", "password missing", "user unknown"]);
    assert_eq!(world.open("/v1/auth/token", &json!(["email"])).await.expect(400)["code"], "bad-request");
    let text = TestRequest::post().uri("/v1/auth/token").set_payload("email=x");
    world.send(text.insert_header(("content-type", "text/plain"))).await.expect(415);
    let broken = TestRequest::post().uri("/v1/auth/token").set_payload("{");
    world.send(broken.insert_header(("content-type", "application/json"))).await.expect(400);
}

#[actix_web::test]
async fn a_refresh_token_works_once_and_its_reuse_ends_the_log_in() {
    let world = World::new().await;
    let user_id = world.user("admin@acme.test", ACME_ADMIN).await;
    let first = world.log_in("admin@acme.test", PASSWORD).await.expect(200);
    let second = world.refresh(&first["refresh_token"]).await.expect(200);
    assert_ne!(first["refresh_token"], second["refresh_token"]);
    world.with_bearer(Method::GET, "/v1/auth/me", &second["access_token"], &Value::Null).await.expect(200);
    let reused = world.refresh(&first["refresh_token"]).await;
    assert_eq!(reused.expect(401)["code"], "sign-in-refused");
    world.refresh(&second["refresh_token"]).await.expect(401);
    world.refresh(&json!("urt_unknown")).await.expect(401);
    // Once, however often it is tried again.
    let entries = world.get(ACME_ADMIN, "/v1/audit?action=session.revoke").await.expect(200);
    let told: Vec<_> = entries["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|entry| (&entry["actor"], &entry["object"]["id"], &entry["after"]))
        .collect();
    assert_eq!(told, [(&json!("system:log-in"), &json!(user_id), &json!({"reason": "reuse"}))]);
}

#[actix_web::test]
async fn a_log_out_ends_the_log_in_and_no_other() {
    let world = World::new().await;
    world.user("admin@acme.test", ACME_ADMIN).await;
    let ended = world.log_in("admin@acme.test", PASSWORD).await.expect(200);
    let other = world.log_in("admin@acme.test", PASSWORD).await.expect(200);
    let body = json!({ "refresh_token": ended["refresh_token"] });
    world.open("/v1/auth/logout", &body).await.expect(401);
    for _ in 0..2 {
        let answer = world.with_bearer(Method::POST, "/v1/auth/logout", &ended["access_token"], &body).await;
        answer.expect(204);
    }
    world.refresh(&ended["refresh_token"]).await.expect(401);
    world.refresh(&other["refresh_token"]).await.expect(200);
}

#[actix_web::test]
async fn the_public_keys_are_public() {
    let world = World::new().await;
    let keys = world.send(TestRequest::with_uri("/.well-known/jwks.json")).await.expect(200);
    assert_json_snapshot!(keys, {".keys[].kid" => "[kid]", ".keys[].x" => "[x]"});
}
