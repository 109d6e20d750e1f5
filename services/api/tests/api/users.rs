//! Users: who adds, changes and disables whom.

use actix_web::http::Method;
use chrono::TimeDelta;
use insta::assert_json_snapshot;
use schema::types::Role;
use serde_json::{Value, json};
use test_support::tenants::{ACME, GLOBEX, NORTHWIND, VENDOR};
use uuid::Uuid;

use crate::data::id as meter_id;
use crate::http::Answer;
use crate::passwords::token_of;
use crate::world::{ACME_ADMIN, ACME_VIEWER, GLOBEX_ADMIN, NORTHWIND_ADMIN, OPERATOR, PASSWORD, World};

impl World {
    async fn change_user(&self, who: (Role, Uuid), path: &str, body: &Value) -> Answer {
        self.send(self.request(who, Method::PATCH, path).set_json(body)).await
    }

    async fn disable_user(&self, who: (Role, Uuid), path: &str) -> Answer {
        self.send(self.request(who, Method::DELETE, path)).await
    }
}

async fn emails(world: &World, who: (Role, Uuid), query: &str) -> Vec<String> {
    let page = world.get(who, &format!("/v1/users{query}")).await.expect(200);
    page["items"].as_array().unwrap().iter().map(|user| user["email"].as_str().unwrap().to_owned()).collect()
}

#[actix_web::test]
async fn who_is_invited_sets_a_password_and_logs_in() {
    let world = World::new().await;
    let body = json!({"email": "New@Acme.test", "role": "partner-viewer"});
    let answer = world.post(ACME_ADMIN, "/v1/users", &body).await;
    let user = answer.expect(201);
    assert_eq!(answer.header("cache-control"), "no-store");
    assert_eq!(answer.header("location"), format!("/v1/users/{}", user["id"].as_str().unwrap()));
    assert_json_snapshot!(user, {".id" => "[id]", ".created_at" => "[now]", ".one_time_link" => "[link]"});
    world.log_in("new@acme.test", PASSWORD).await.expect(401);
    let redemption = json!({"token": token_of(&user), "new_password": PASSWORD});
    world.open("/v1/auth/password/redeem", &redemption).await.expect(204);
    world.log_in("new@acme.test", PASSWORD).await.expect(200);
    let shown = world.get(ACME_ADMIN, answer.header("location")).await.expect(200);
    assert_eq!((&shown["has_password"], &shown["one_time_link"]), (&json!(true), &Value::Null));
    let taken = json!({"email": "new@ACME.test", "role": "partner-admin"});
    let again = world.post(ACME_ADMIN, "/v1/users", &taken).await;
    assert_eq!(again.expect(409)["code"], "user-exists");
}

#[actix_web::test]
async fn an_address_of_another_tenants_user_is_only_not_available() {
    let world = World::new().await;
    let taken = json!({"email": "new@acme.test", "role": "partner-viewer"});
    world.post(ACME_ADMIN, "/v1/users", &taken).await.expect(201);
    let above = json!({"email": "new@acme.test", "role": "aggregator-admin"});
    for (who, body) in [(GLOBEX_ADMIN, &taken), (NORTHWIND_ADMIN, &above)] {
        let problem = world.post(who, "/v1/users", body).await.expect(409);
        assert_eq!(problem["code"], "address-not-available");
        assert_eq!(problem["detail"], "this e-mail address cannot be used here");
    }
    let by_operator = json!({"email": "new@acme.test", "role": "partner-viewer", "organization_id": GLOBEX});
    assert_eq!(world.post(OPERATOR, "/v1/users", &by_operator).await.expect(409)["code"], "user-exists");
}

#[actix_web::test]
async fn a_repeated_invitation_gets_the_first_answer_without_the_link() {
    let world = World::new().await;
    let invite = async |email: &str| {
        let request =
            world.request(ACME_ADMIN, Method::POST, "/v1/users").insert_header(("idempotency-key", "k"));
        world.send(request.set_json(json!({"email": email, "role": "partner-viewer"}))).await
    };
    let first = invite("new@acme.test").await;
    let again = invite("new@acme.test").await;
    assert_eq!(again.expect(201)["id"], first.expect(201)["id"]);
    assert_eq!(
        (again.expect(201).get("one_time_link"), again.header("location")),
        (None, first.header("location"))
    );
    assert_eq!(invite("other@acme.test").await.expect(422)["code"], "idempotency-key-reused");
    assert_eq!(emails(&world, ACME_ADMIN, "").await, ["new@acme.test"]);
}

#[actix_web::test]
async fn what_an_invitation_says_is_checked() {
    let world = World::new().await;
    let wrong = async |body: Value| world.post(ACME_ADMIN, "/v1/users", &body).await.wrong_fields();
    assert_eq!(wrong(json!({})).await, ["email missing", "role missing"]);
    assert_eq!(wrong(json!({"email": "no", "role": "boss"})).await, ["email invalid", "role invalid"]);
    for role in ["operator-admin", "service-desk", "aggregator-admin"] {
        assert_eq!(wrong(json!({"email": "a@b", "role": role})).await, ["role other-kind"], "{role}");
    }
    // What is not the caller's to say.
    for field in ["password_hash", "password", "disabled", "id", "has_password", "created_at"] {
        let body = json!({"email": "a@b", "role": "partner-admin", field: "x"});
        assert_eq!(wrong(body).await, [format!("{field} unknown")]);
    }
    let elsewhere = json!({"email": "a@b", "role": "partner-admin", "organization_id": GLOBEX});
    for who in [ACME_ADMIN, NORTHWIND_ADMIN] {
        assert_eq!(world.post(who, "/v1/users", &elsewhere).await.expect(404)["code"], "not-found");
    }
    world.post(OPERATOR, "/v1/users", &elsewhere).await.expect(201);
    assert_eq!(emails(&world, GLOBEX_ADMIN, "").await, ["a@b"]);
}

#[actix_web::test]
async fn an_admin_manages_their_own_organizations_users_and_the_operator_all() {
    let world = World::new().await;
    let acme = world.user("admin@acme.test", ACME_ADMIN).await;
    world.user("admin@globex.test", GLOBEX_ADMIN).await;
    world.user("admin@northwind.test", NORTHWIND_ADMIN).await;
    assert_eq!(emails(&world, ACME_ADMIN, "").await, ["admin@acme.test"]);
    assert_eq!(emails(&world, NORTHWIND_ADMIN, "").await, ["admin@northwind.test"], "not its partners'");
    assert_eq!(emails(&world, OPERATOR, "").await.len(), 3);
    assert_eq!(emails(&world, OPERATOR, &format!("?organization_id={GLOBEX}")).await, ["admin@globex.test"]);
    assert_eq!(emails(&world, ACME_ADMIN, &format!("?organization_id={ACME}")).await, ["admin@acme.test"]);
    for who in [GLOBEX_ADMIN, NORTHWIND_ADMIN] {
        world.get(who, &format!("/v1/users?organization_id={ACME}")).await.expect(404);
        let path = format!("/v1/users/{acme}");
        world.get(who, &path).await.expect(404);
        world.change_user(who, &path, &json!({"disabled": true})).await.expect(404);
        world.disable_user(who, &path).await.expect(404);
        world.post(who, &format!("{path}/password-link"), &json!({})).await.expect(404);
    }
    world.get(ACME_VIEWER, "/v1/users").await.expect(403);
    world.get(OPERATOR, &format!("/v1/users/{acme}")).await.expect(200);
    world.post(OPERATOR, &format!("/v1/users/{acme}/password-link"), &json!({})).await.expect(201);
}

#[actix_web::test]
async fn a_disabled_user_is_out_and_can_be_let_in_again() {
    let world = World::new().await;
    world.user("admin@acme.test", ACME_ADMIN).await;
    let id = world.user("viewer@acme.test", ACME_VIEWER).await;
    let path = format!("/v1/users/{id}");
    let session = world.log_in("viewer@acme.test", PASSWORD).await.expect(200);
    let link = world.password_link(id).await;
    world.disable_user(ACME_ADMIN, &path).await.expect(204);
    world.disable_user(ACME_ADMIN, &path).await.expect(204);
    world.refresh(&session["refresh_token"]).await.expect(401);
    world.with_bearer(Method::GET, "/v1/auth/me", &session["access_token"], &Value::Null).await.expect(401);
    let redemption = json!({"token": link, "new_password": "a better password"});
    world.open("/v1/auth/password/redeem", &redemption).await.expect(401);
    let conflict = world.post(ACME_ADMIN, &format!("{path}/password-link"), &json!({})).await;
    assert_eq!(conflict.expect(409)["code"], "user-disabled");
    let told = |answer: &Answer| {
        let mut body = answer.expect(401);
        body["request_id"].take();
        body
    };
    let (right, wrong) =
        (world.log_in("viewer@acme.test", PASSWORD).await, world.log_in("viewer@acme.test", "wrong").await);
    assert_eq!(told(&right), told(&wrong));
    assert_eq!(world.get(ACME_ADMIN, &path).await.expect(200)["disabled"], true);

    let enabled = world.change_user(ACME_ADMIN, &path, &json!({"disabled": false})).await.expect(200);
    assert_eq!(enabled["disabled"], false);
    world.log_in("viewer@acme.test", PASSWORD).await.expect(200);
    world.refresh(&session["refresh_token"]).await.expect(401);
    let entries = world.get(ACME_ADMIN, "/v1/audit?action=user.change").await.expect(200);
    let mut changes: Vec<_> = entries["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|entry| (entry["id"].clone(), entry["after"].clone()))
        .collect();
    changes.sort_by_key(|(id, _)| id.as_str().unwrap().to_owned());
    let after: Vec<_> = changes.into_iter().map(|(_, after)| after).collect();
    let role = "partner-viewer";
    assert_eq!(after, [json!({"role": role, "disabled": true}), json!({"role": role, "disabled": false})]);
}

#[actix_web::test]
async fn a_role_is_the_one_of_the_next_access_token() {
    let world = World::new().await;
    world.user("admin@acme.test", ACME_ADMIN).await;
    let id = world.user("viewer@acme.test", ACME_VIEWER).await;
    let session = world.log_in("viewer@acme.test", PASSWORD).await.expect(200);
    let path = format!("/v1/users/{id}");
    let wrong = world
        .change_user(ACME_ADMIN, &path, &json!({"role": "operator-admin", "disabled": "no", "email": "x"}))
        .await;
    assert_eq!(wrong.wrong_fields(), ["disabled invalid", "email unknown"]);
    let other_kind = world.change_user(ACME_ADMIN, &path, &json!({"role": "operator-admin"})).await;
    assert_eq!(other_kind.wrong_fields(), ["role other-kind"]);
    assert_eq!(world.change_user(ACME_ADMIN, &path, &json!({})).await.expect(200)["role"], "partner-viewer");
    assert_eq!(
        world.change_user(ACME_ADMIN, &path, &json!({"role": "partner-admin"})).await.expect(200)["role"],
        "partner-admin"
    );
    let renewed = world.refresh(&session["refresh_token"]).await.expect(200);
    let users = world.with_bearer(Method::GET, "/v1/users", &renewed["access_token"], &Value::Null).await;
    users.expect(200);
}

#[actix_web::test]
async fn an_organization_keeps_an_admin() {
    let world = World::new().await;
    let first = world.user("admin@acme.test", ACME_ADMIN).await;
    let demote = json!({"role": "partner-viewer"});
    let path = |id: Uuid| format!("/v1/users/{id}");
    // Neither the operator takes the last one away, nor the last one themselves.
    assert_eq!(world.change_user(OPERATOR, &path(first), &demote).await.expect(409)["code"], "last-admin");
    assert_eq!(world.disable_user(OPERATOR, &path(first)).await.expect(409)["code"], "last-admin");
    let second = world.user("second@acme.test", ACME_ADMIN).await;
    let own = json!(world.token_of(first, ACME_ADMIN));
    for body in [demote.clone(), json!({"disabled": true})] {
        let own_account = world.with_bearer(Method::PATCH, &path(first), &own, &body).await;
        assert_eq!(own_account.expect(409)["code"], "own-account");
    }
    // Two at once: one of them is too late.
    let (first, second) = (path(first), path(second));
    let (one, other) =
        tokio::join!(world.change_user(OPERATOR, &first, &demote), world.disable_user(OPERATOR, &second));
    let mut statuses = [one.status.as_u16(), other.status.as_u16()];
    statuses.sort_unstable();
    assert!(statuses == [200, 409] || statuses == [204, 409], "{statuses:?}");
}

#[actix_web::test]
async fn who_was_an_admin_minutes_ago_does_not_come_back_by_their_token() {
    let world = World::new().await;
    world.user("admin@acme.test", ACME_ADMIN).await;
    let former = world.user("former@acme.test", ACME_ADMIN).await;
    let token = json!(world.token_of(former, ACME_ADMIN));
    let known = format!("/v1/meters/{}", meter_id(1));
    let try_all = async || {
        let post =
            async |path: &str, body: &Value| world.with_bearer(Method::POST, path, &token, body).await.status;
        let own = format!("/v1/users/{former}");
        let key = json!({"name": "back", "rights": ["read"], "expires_at": world.api.clock.machine_now() + TimeDelta::days(1)});
        let meter = json!({"id": Uuid::now_v7(), "name": "back", "connectivity": "online", "contract_number": "ACME-0001", "billing_mode": "production"});
        [
            post("/v1/meters", &meter).await.as_u16(),
            post(&format!("{known}/tokens"), &Value::Null).await.as_u16(),
            world.with_bearer(Method::PATCH, &known, &token, &json!({"name": "x"})).await.status.as_u16(),
            post("/v1/api-keys", &key).await.as_u16(),
            post("/v1/users", &json!({"email": "back@acme.test", "role": "partner-admin"})).await.as_u16(),
            post(&format!("{own}/password-link"), &json!({})).await.as_u16(),
            world.with_bearer(Method::PATCH, &own, &token, &json!({"disabled": false})).await.status.as_u16(),
        ]
    };
    let meter = json!({"id": meter_id(1), "name": "ams-1", "connectivity": "online", "contract_number": "ACME-0001", "billing_mode": "production"});
    world.with_bearer(Method::POST, "/v1/meters", &token, &meter).await.expect(201);
    world.with_bearer(Method::PATCH, &known, &token, &json!({"name": "x"})).await.expect(200);
    world.disable_user(ACME_ADMIN, &format!("/v1/users/{former}")).await.expect(204);
    assert_eq!(try_all().await, [401; 7]);
    world
        .change_user(
            ACME_ADMIN,
            &format!("/v1/users/{former}"),
            &json!({"role": "partner-viewer", "disabled": false}),
        )
        .await
        .expect(200);
    assert_eq!(try_all().await, [401; 7]);
}

#[actix_web::test]
async fn in_production_without_a_public_url_a_link_is_its_token() {
    let mut world = World::new().await;
    world.api.public_url = None;
    let body = json!({"email": "new@vendor.test", "role": "service-desk", "organization_id": VENDOR});
    let user = world.post(OPERATOR, "/v1/users", &body).await.expect(201);
    assert!(user["one_time_link"].as_str().unwrap().starts_with("upl_"));
    assert_eq!(emails(&world, OPERATOR, &format!("?organization_id={NORTHWIND}")).await, [""; 0]);
}
