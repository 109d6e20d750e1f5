//! Lock-out: what wrong passwords cost, and whom.

use actix_web::test::TestRequest;
use serde_json::{Value, json};
use std::time::Instant;

use crate::http::Answer;
use crate::world::{ACME_ADMIN, PASSWORD, World};

const HERE: &str = "192.0.2.1";
const THERE: &str = "198.51.100.7";

impl World {
    async fn log_in_from(&self, address: &str, email: &str, password: &str) -> Answer {
        let body = json!({"email": email, "password": password});
        let peer = format!("{address}:4711").parse().unwrap();
        self.send(TestRequest::post().uri("/v1/auth/token").peer_addr(peer).set_json(body)).await
    }

    /// Uses up what is free.
    async fn fail(&self, address: &str, email: &str, times: usize) {
        for _ in 0..times {
            self.log_in_from(address, email, "wrong password").await.expect(401);
        }
    }
}

fn refusal(answer: &Answer) -> Value {
    let mut body = answer.expect(429);
    assert_eq!(body["code"], "too-many-requests");
    assert!(matches!(answer.header("retry-after"), "1" | "2"), "{}", answer.header("retry-after"));
    body["request_id"].take();
    body
}

#[actix_web::test]
async fn after_five_wrong_passwords_one_waits_known_or_not() {
    let world = World::new().await;
    world.user("admin@acme.test", ACME_ADMIN).await;
    world.fail(HERE, "Admin@acme.test", 5).await;
    let begun = Instant::now();
    let known = world.log_in_from(HERE, "admin@acme.test", PASSWORD).await;
    assert!(begun.elapsed().as_secs() < 2, "so that the wait is not over");
    world.fail(HERE, "nobody@acme.test", 5).await;
    let unknown = world.log_in_from(HERE, "nobody@acme.test", PASSWORD).await;
    assert_eq!(refusal(&known), refusal(&unknown));
    // A stranger's doing: the user is elsewhere, and so is another user.
    world.log_in_from(THERE, "admin@acme.test", PASSWORD).await.expect(200);
    world.user("viewer@acme.test", ACME_ADMIN).await;
    world.log_in_from(HERE, "viewer@acme.test", PASSWORD).await.expect(200);
}

#[actix_web::test]
async fn of_many_who_try_at_once_few_pass() {
    let world = World::new().await;
    world.user("admin@acme.test", ACME_ADMIN).await;
    let tries = (0..24).map(|_| world.log_in_from(HERE, "admin@acme.test", "wrong password"));
    let answers = futures_util::future::join_all(tries).await;
    let compared = answers.iter().filter(|answer| answer.status == 401).count();
    // Five, and those whose passwords were being hashed when the fifth was counted.
    assert!((5..=8).contains(&compared), "{compared}");
    assert_eq!(answers.iter().filter(|answer| answer.status == 429).count(), 24 - compared);
}

#[actix_web::test]
async fn a_right_password_begins_anew() {
    let world = World::new().await;
    world.user("admin@acme.test", ACME_ADMIN).await;
    for _ in 0..2 {
        world.fail(HERE, "admin@acme.test", 4).await;
        world.log_in_from(HERE, "admin@acme.test", PASSWORD).await.expect(200);
    }
}

#[actix_web::test]
async fn an_address_that_is_tried_from_everywhere_is_locked_everywhere() {
    let world = World::new().await;
    world.user("admin@acme.test", ACME_ADMIN).await;
    world.fail(HERE, "admin@acme.test", 1).await;
    // As if forty-nine others had tried: each would be hashed.
    world.database.write("UPDATE log_in_failures SET failures = 49 WHERE address = '';");
    world.fail(HERE, "admin@acme.test", 1).await;
    refusal(&world.log_in_from(THERE, "admin@acme.test", PASSWORD).await);
    world.database.write("UPDATE log_in_failures SET last_at = last_at - interval '3 s';");
    world.log_in_from(THERE, "admin@acme.test", PASSWORD).await.expect(200);
    world.fail(THERE, "admin@acme.test", 1).await;
}

#[actix_web::test]
async fn a_stranger_does_not_lock_a_user_out_from_where_they_log_in() {
    let world = World::new().await;
    world.user("admin@acme.test", ACME_ADMIN).await;
    world.log_in_from(THERE, "admin@acme.test", PASSWORD).await.expect(200);
    let attack = async || {
        world.fail(HERE, "admin@acme.test", 1).await;
        let many = "UPDATE log_in_failures SET failures = 60, last_at = last_at + interval '1 h' WHERE address = '';";
        world.database.write(many);
    };
    attack().await;
    world.log_in_from(THERE, "admin@acme.test", PASSWORD).await.expect(200);
    attack().await;
    world.log_in_from("203.0.113.9", "admin@acme.test", PASSWORD).await.expect(429);
    // The address itself is counted on.
    world.fail(THERE, "admin@acme.test", 5).await;
    world.log_in_from(THERE, "admin@acme.test", PASSWORD).await.expect(429);
    world.database.write("DELETE FROM log_in_failures WHERE address <> '';");
    world.database.write("UPDATE log_in_addresses SET last_at = last_at - interval '30 d';");
    world.log_in_from(THERE, "admin@acme.test", PASSWORD).await.expect(429);
}

#[actix_web::test]
async fn whoever_waits_is_not_counted_again_and_each_failure_doubles_the_wait() {
    let world = World::new().await;
    world.fail(HERE, "nobody@acme.test", 5).await;
    for _ in 0..3 {
        refusal(&world.log_in_from(HERE, "nobody@acme.test", "again").await);
    }
    world.database.write("UPDATE log_in_failures SET last_at = last_at - interval '3 s';");
    world.fail(HERE, "nobody@acme.test", 1).await;
    let waiting = world.log_in_from(HERE, "nobody@acme.test", "again").await;
    waiting.expect(429);
    assert!(matches!(waiting.header("retry-after"), "3" | "4"), "{}", waiting.header("retry-after"));
    assert!(!format!("{waiting:?}").contains("nobody"));
}

#[actix_web::test]
async fn log_ins_and_refusals_are_in_the_audit() {
    let world = World::new().await;
    let id = world.user("admin@acme.test", ACME_ADMIN).await;
    world.fail(HERE, "admin@acme.test", 1).await;
    world.fail(HERE, "nobody@acme.test", 1).await;
    let tokens = world.log_in_from(THERE, "admin@acme.test", PASSWORD).await.expect(200);
    let body = json!({ "refresh_token": tokens["refresh_token"] });
    for _ in 0..2 {
        let out = world
            .with_bearer(actix_web::http::Method::POST, "/v1/auth/logout", &tokens["access_token"], &body)
            .await;
        out.expect(204);
    }
    let entries = world.get(ACME_ADMIN, "/v1/audit?object_kind=user").await.expect(200);
    let mut entries: Vec<Value> = entries["items"].as_array().unwrap().clone();
    entries.sort_by_key(|entry| entry["id"].as_str().unwrap().to_owned());
    let shown: Vec<_> = entries
        .iter()
        .map(|entry| {
            (entry["action"].as_str().unwrap(), entry["actor"].as_str().unwrap(), &entry["object"]["id"])
        })
        .collect();
    let (user, object) = (format!("user:{id}"), json!(id));
    assert_eq!(
        shown,
        [
            ("session.log-in-refused", "system:log-in", &object),
            ("session.log-in", user.as_str(), &object),
            ("session.log-out", user.as_str(), &object),
        ]
    );
    assert_eq!(
        (&entries[0]["after"]["reason"], &entries[0]["address"]),
        (&json!("wrong-password"), &json!(HERE))
    );
    assert_eq!(entries[1]["address"], THERE);
}
