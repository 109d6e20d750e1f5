//! API keys: made by an administrator, used by a program, revoked.

use actix_web::http::Method;
use actix_web::test::TestRequest;
use chrono::{SecondsFormat, TimeDelta};
use insta::assert_json_snapshot;
use schema::audit::{self, EntryFilter};
use schema::types::Connectivity;
use serde_json::{Value, json};
use test_support::tenants::ACME;

use crate::data::id;
use crate::http::Answer;
use crate::world::{
    ACME_ADMIN, ACME_VIEWER, DESK, GLOBEX_ADMIN, NORTHWIND_ADMIN, NORTHWIND_VIEWER, OPERATOR, World,
};

const PATH: &str = "/v1/api-keys";

/// A request for a key that is good for so many days of the machine's clock.
fn asking(world: &World, rights: &[&str], days: i64) -> Value {
    let expires_at = world.api.clock.machine_now() + TimeDelta::days(days);
    json!({
        "name": "nightly export",
        "rights": rights,
        "expires_at": expires_at.to_rfc3339_opts(SecondsFormat::Millis, true),
    })
}

/// A key of Acme's administrator: its id, and its text.
async fn made(world: &World, rights: &[&str]) -> (String, String) {
    let made = world.post(ACME_ADMIN, PATH, &asking(world, rights, 30)).await.expect(201);
    let text = |name: &str| made[name].as_str().unwrap().to_owned();
    (text("id"), text("key"))
}

async fn with_key(world: &World, key: &str, method: Method, path: &str) -> Answer {
    let request = TestRequest::with_uri(path).method(method);
    world.send(request.insert_header(("authorization", format!("Bearer {key}")))).await
}

#[actix_web::test]
async fn a_key_is_shown_this_once() {
    let world = World::new().await;
    let answer = world.post(ACME_ADMIN, PATH, &asking(&world, &["upload", "read", "upload"], 30)).await;
    let mut created = answer.expect(201);
    assert_eq!(answer.header("cache-control"), "no-store");
    let location = answer.header("location").to_owned();
    assert_eq!(location, format!("{PATH}/{}", created["id"].as_str().unwrap()));
    let key = created["key"].as_str().unwrap();
    assert!(key.starts_with("uik_") && key.len() == 4 + 43, "{key}");
    assert!(created["created_by"].as_str().unwrap().starts_with("user:"));
    assert_json_snapshot!(created, {
        ".id" => "[id]", ".key" => "[key]", ".created_by" => "[user]", ".created_at" => "[now]",
        ".expires_at" => "[in 30 days]",
    });

    created.as_object_mut().unwrap().remove("key");
    assert_eq!(world.get(ACME_ADMIN, &location).await.expect(200), created);
    let list = world.get(ACME_ADMIN, PATH).await.expect(200);
    assert_eq!(list, json!({"items": [created], "next_cursor": null}));
}

#[actix_web::test]
async fn a_retried_creation_gets_the_first_answer_without_the_key() {
    let world = World::new().await;
    let body = asking(&world, &["read"], 30);
    let send = async |body: &Value| {
        let request = world.request(ACME_ADMIN, Method::POST, PATH).insert_header(("idempotency-key", "k"));
        world.send(request.set_json(body)).await
    };
    let mut first = send(&body).await.expect(201);
    assert!(first.as_object_mut().unwrap().remove("key").is_some());
    let again = send(&body).await;
    assert_eq!(again.expect(201), first);
    assert_eq!(again.header("location"), format!("{PATH}/{}", first["id"].as_str().unwrap()));
    let other = send(&asking(&world, &["upload"], 30)).await;
    assert_eq!(other.expect(422)["code"], "idempotency-key-reused");
    assert_eq!(world.get(ACME_ADMIN, PATH).await.expect(200)["items"].as_array().unwrap().len(), 1);
}

#[actix_web::test]
async fn what_is_wrong_is_told_by_field() {
    let world = World::new().await;
    let wrong = async |who, body: Value| world.post(who, PATH, &body).await.wrong_fields();
    assert_eq!(wrong(ACME_ADMIN, json!({})).await, ["name missing", "rights missing", "expires_at missing"]);
    for rights in [
        &[][..],
        &["everything"],
        &["read", "manage-keys"],
        &["manage-users"],
        &["administer"],
        &["signed-in"],
    ] {
        assert_eq!(wrong(ACME_ADMIN, asking(&world, rights, 1)).await, ["rights invalid"], "{rights:?}");
    }
    assert_eq!(wrong(ACME_ADMIN, asking(&world, &["read", "approve"], 1)).await, ["rights not-yours"]);
    assert_eq!(wrong(NORTHWIND_ADMIN, asking(&world, &["upload", "read"], 1)).await, ["rights not-yours"]);
    for days in [-1, 0, 367] {
        assert_eq!(
            wrong(ACME_ADMIN, asking(&world, &["read"], days)).await,
            ["expires_at invalid"],
            "{days}"
        );
    }
    for (name, value) in [("name", json!(" ")), ("name", json!("a\nb")), ("expires_at", json!("never"))] {
        let mut body = asking(&world, &["read"], 1);
        body[name] = value;
        assert_eq!(wrong(ACME_ADMIN, body).await, [format!("{name} invalid")]);
    }
    assert_eq!(world.get(ACME_ADMIN, PATH).await.expect(200)["items"], json!([]));
}

#[actix_web::test]
async fn a_key_is_of_its_own_organization_alone() {
    let world = World::new().await;
    let (key, _) = made(&world, &["read"]).await;
    let path = format!("{PATH}/{key}");
    for who in [GLOBEX_ADMIN, NORTHWIND_ADMIN, OPERATOR, ACME_VIEWER, NORTHWIND_VIEWER, DESK] {
        for method in [Method::GET, Method::DELETE] {
            let answer = world.send(world.request(who, method.clone(), &path)).await;
            assert_eq!(answer.expect(404)["code"], "not-found", "{who:?} {method}");
        }
    }
    for who in [GLOBEX_ADMIN, NORTHWIND_ADMIN, OPERATOR] {
        assert_eq!(world.get(who, PATH).await.expect(200)["items"], json!([]));
    }
    for who in [ACME_VIEWER, NORTHWIND_VIEWER, DESK] {
        world.get(who, PATH).await.expect(403);
        world.post(who, PATH, &asking(&world, &["read"], 1)).await.expect(403);
    }
    assert_eq!(world.get(ACME_ADMIN, &path).await.expect(200)["revoked_at"], Value::Null);
}

#[actix_web::test]
async fn a_revoked_key_is_good_for_nothing_and_stays_in_the_list() {
    let world = World::new().await;
    let (key, text) = made(&world, &["read"]).await;
    with_key(&world, &text, Method::GET, "/v1/meters").await.expect(200);
    let path = format!("{PATH}/{key}");
    let revoke = async || world.send(world.request(ACME_ADMIN, Method::DELETE, &path)).await.expect(204);
    revoke().await;
    let refused = with_key(&world, &text, Method::GET, "/v1/meters").await;
    assert_eq!(refused.expect(401)["code"], "unauthorized");
    let revoked = world.get(ACME_ADMIN, &path).await.expect(200);
    assert!(revoked["revoked_at"].is_string() && revoked["last_used_at"].is_string(), "{revoked}");
    revoke().await;
    assert_eq!(world.get(ACME_ADMIN, &path).await.expect(200), revoked);
}

#[actix_web::test]
async fn a_key_may_what_it_was_given_and_nothing_about_identities() {
    let world = World::new().await;
    world.meter(ACME, 1, "ACME-0001", Connectivity::Online).await;
    let (own, text) = made(&world, &["read", "read-uploads", "upload", "manage-meters", "order"]).await;
    let status = async |method, path: &str| with_key(&world, &text, method, path).await.status.as_u16();
    for (method, path, expected) in [
        (Method::GET, "/v1/meters", 200),
        (Method::GET, "/v1/uploads", 200),
        // Its right, but no body.
        (Method::POST, "/v1/meters", 415),
        (Method::GET, "/v1/auth/me", 403),
        (Method::POST, "/v1/auth/logout", 403),
        (Method::GET, PATH, 403),
        (Method::POST, PATH, 403),
        (Method::GET, &format!("{PATH}/{own}"), 404),
        (Method::DELETE, &format!("{PATH}/{own}"), 404),
        (Method::PUT, "/v1/clock", 403),
    ] {
        assert_eq!(status(method.clone(), path).await, expected, "{method} {path}");
    }
    let (_, uploads) = made(&world, &["upload"]).await;
    let get = async |path: &str| with_key(&world, &uploads, Method::GET, path).await;
    assert_eq!(get("/v1/meters").await.expect(403)["detail"], "this API key does not have this right");
    get(&format!("/v1/meters/{}", id(1))).await.expect(404);
}

#[actix_web::test]
async fn a_key_outlives_its_maker_who_makes_no_other() {
    let world = World::new().await;
    world.user("first@acme.test", ACME_ADMIN).await;
    let maker = world.user("second@acme.test", ACME_ADMIN).await;
    let bearer = format!("Bearer {}", world.token_of(maker, ACME_ADMIN));
    let make = async || {
        let request = TestRequest::with_uri(PATH).method(Method::POST);
        let request = request.insert_header(("authorization", bearer.clone()));
        world.send(request.set_json(asking(&world, &["read"], 1))).await
    };
    let made = make().await.expect(201);
    assert_eq!(made["created_by"], format!("user:{maker}"));
    let disable = world.request(ACME_ADMIN, Method::PATCH, &format!("/v1/users/{maker}"));
    world.send(disable.set_json(json!({"disabled": true}))).await.expect(200);
    // Their access token lives on for minutes: too short a life to be made a long one.
    make().await.expect(401);
    with_key(&world, made["key"].as_str().unwrap(), Method::GET, "/v1/meters").await.expect(200);
}

#[actix_web::test]
async fn what_was_done_with_keys_is_in_the_audit() {
    let world = World::new().await;
    let (key, text) = made(&world, &["read"]).await;
    for _ in 0..2 {
        world.send(world.request(ACME_ADMIN, Method::DELETE, &format!("{PATH}/{key}"))).await.expect(204);
    }
    let filter = EntryFilter { object_kind: Some("api-key".to_owned()), ..EntryFilter::default() };
    let entries = world.within(ACME, move |tx| audit::oldest(tx, &filter, None, 100)).await;
    let entries: Vec<_> = entries.into_iter().map(|(entry, _)| entry).collect();
    let told: Vec<_> = entries.iter().map(|entry| (entry.action.as_str(), entry.object_id.clone())).collect();
    assert_eq!(told, [("api-key.create", key.clone()), ("api-key.revoke", key)]);
    assert_eq!(entries[0].after.as_ref().unwrap()["rights"], json!(["read"]));
    assert_eq!(entries[1].before, Some(json!({"revoked_at": null})));
    assert!(!format!("{entries:?}").contains(text.strip_prefix("uik_").unwrap()));
}
