//! Passwords: changed by those who know theirs, set by one-time links.

use actix_web::http::Method;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::http::Answer;
use crate::world::{ACME_ADMIN, ACME_VIEWER, PASSWORD, World};

const BETTER: &str = "a better password";

impl World {
    async fn change_password(&self, access_token: &Value, body: &Value) -> Answer {
        self.with_bearer(Method::POST, "/v1/auth/password", access_token, body).await
    }

    /// The token of a new link of a user's.
    pub async fn password_link(&self, id: Uuid) -> String {
        let answer = self.post(ACME_ADMIN, &format!("/v1/users/{id}/password-link"), &json!({})).await;
        assert_eq!(answer.header("cache-control"), "no-store");
        token_of(&answer.expect(201))
    }

    async fn redeem(&self, token: &str, new_password: &str) -> Answer {
        let body = json!({"token": token, "new_password": new_password});
        self.open("/v1/auth/password/redeem", &body).await
    }
}

/// What stands in the fragment of a link.
pub fn token_of(answer: &Value) -> String {
    let link = answer["one_time_link"].as_str().unwrap();
    let (url, token) = link.split_once('#').unwrap();
    assert_eq!(url, "https://usage.test/set-password");
    assert!(token.starts_with("upl_"));
    token.to_owned()
}

#[actix_web::test]
async fn a_changed_password_ends_the_other_log_ins() {
    let world = World::new().await;
    world.user("admin@acme.test", ACME_ADMIN).await;
    let here = world.log_in("admin@acme.test", PASSWORD).await.expect(200);
    let there = world.log_in("admin@acme.test", PASSWORD).await.expect(200);
    let body =
        json!({"current_password": PASSWORD, "new_password": BETTER, "refresh_token": here["refresh_token"]});
    world.change_password(&here["access_token"], &body).await.expect(204);
    world.refresh(&there["refresh_token"]).await.expect(401);
    let renewed = world.refresh(&here["refresh_token"]).await.expect(200);
    world.log_in("admin@acme.test", PASSWORD).await.expect(401);
    world.log_in("admin@acme.test", BETTER).await.expect(200);
    // Who names no log-in ends all.
    let body = json!({"current_password": BETTER, "new_password": PASSWORD});
    world.change_password(&here["access_token"], &body).await.expect(204);
    world.refresh(&renewed["refresh_token"]).await.expect(401);
}

#[actix_web::test]
async fn who_does_not_know_the_password_does_not_change_it() {
    let world = World::new().await;
    let id = world.user("admin@acme.test", ACME_ADMIN).await;
    let token = json!(world.token_of(id, ACME_ADMIN));
    let change = async |current: &str, new: &str| {
        world.change_password(&token, &json!({"current_password": current, "new_password": new})).await
    };
    for weak in ["eleven byte", "Admin@acme.test", "password1234"] {
        assert_eq!(change(PASSWORD, weak).await.wrong_fields(), ["new_password invalid"], "{weak}");
    }
    for _ in 0..5 {
        assert_eq!(change("demo-passwore", BETTER).await.wrong_fields(), ["current_password wrong"]);
    }
    // As at log-in, and together with it.
    assert_eq!(change(PASSWORD, BETTER).await.expect(429)["code"], "too-many-requests");
    world.log_in("admin@acme.test", PASSWORD).await.expect(429);
    let audit = world.get(ACME_ADMIN, "/v1/audit?action=user.change-password-refused").await.expect(200);
    assert_eq!(audit["items"].as_array().unwrap().len(), 5);
    // A token of nobody.
    let nobody = json!(world.token(ACME_ADMIN));
    let body = json!({"current_password": PASSWORD, "new_password": BETTER});
    world.change_password(&nobody, &body).await.expect(401);
}

#[actix_web::test]
async fn a_link_sets_a_password_once() {
    let world = World::new().await;
    let id = world.user("viewer@acme.test", ACME_VIEWER).await;
    let session = world.log_in("viewer@acme.test", PASSWORD).await.expect(200);
    for _ in 0..5 {
        world.log_in("viewer@acme.test", "wrong password").await.expect(401);
    }
    world.log_in("viewer@acme.test", PASSWORD).await.expect(429);
    let older = world.password_link(id).await;
    let token = world.password_link(id).await;
    assert_eq!(world.redeem(&older, BETTER).await.expect(401)["code"], "sign-in-refused", "replaced");
    assert_eq!(world.redeem(&token, "password1234").await.wrong_fields(), ["new_password invalid"]);
    assert_eq!(world.redeem(&token, "viewer@acme.test").await.wrong_fields(), ["new_password invalid"]);
    world.redeem(&token, BETTER).await.expect(204);
    world.redeem(&token, BETTER).await.expect(401);
    world.refresh(&session["refresh_token"]).await.expect(401);
    // At once: what was tried before is forgotten.
    world.log_in("viewer@acme.test", BETTER).await.expect(200);
    world.redeem("upl_unknown", BETTER).await.expect(401);
    let audit = world.get(ACME_ADMIN, &format!("/v1/audit?object_id={id}")).await;
    let text = String::from_utf8_lossy(&audit.body).into_owned();
    assert!(text.contains("user.set-password") && text.contains("user.password-link"), "{text}");
    for secret in ["upl_", "argon2", BETTER] {
        assert!(!text.contains(secret), "{secret}");
    }
}

#[actix_web::test]
async fn a_link_ends_with_its_day_and_of_two_who_use_it_at_once_one_does() {
    let world = World::new().await;
    let id = world.user("viewer@acme.test", ACME_VIEWER).await;
    let token = world.password_link(id).await;
    world.database.write("UPDATE password_links SET expires_at = expires_at - interval '24 h';");
    world.redeem(&token, BETTER).await.expect(401);
    let token = world.password_link(id).await;
    let (one, other) = tokio::join!(world.redeem(&token, BETTER), world.redeem(&token, PASSWORD));
    let mut statuses = [one.status.as_u16(), other.status.as_u16()];
    statuses.sort_unstable();
    assert_eq!(statuses, [204, 401]);
}

#[actix_web::test]
async fn a_link_is_shown_once_and_stays_good_when_it_is_asked_for_again() {
    let world = World::new().await;
    let id = world.user("viewer@acme.test", ACME_VIEWER).await;
    let ask = async || {
        let request = world.request(ACME_ADMIN, Method::POST, &format!("/v1/users/{id}/password-link"));
        world.send(request.insert_header(("idempotency-key", "k"))).await.expect(201)
    };
    let (first, again) = (ask().await, ask().await);
    assert_eq!((&again["one_time_link"], &again["expires_at"]), (&Value::Null, &first["expires_at"]));
    world.redeem(&token_of(&first), BETTER).await.expect(204);
}
