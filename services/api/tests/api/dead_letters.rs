//! Dead letters: the operator and the service desk list, show and replay them; the operator drops them.

use actix_web::http::Method;
use chrono::{DateTime, Utc};
use platform::broker::Work;
use schema::dead_letters::{self, Burial, Content};
use schema::types::UploadStatus;
use schema::units::{self, UnitKey};
use schema::uploads;
use serde_json::{Value, json};
use test_support::tenants::{ACME, GLOBEX, VENDOR};
use uuid::Uuid;

use crate::data::{MODE, id, month};
use crate::world::{ACME_ADMIN, DESK, NORTHWIND_ADMIN, OPERATOR, World};

const LIST: &str = "/v1/dead-letters";

fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

impl World {
    pub async fn letter(
        &self,
        organization: Uuid,
        queue: &'static str,
        key: String,
        message: Option<Value>,
    ) -> Uuid {
        self.within(organization, move |tx| {
            let content = message.as_ref().map_or(Content::Raw(b"\xffrubbish"), Content::Message);
            dead_letters::bury(
                tx,
                &Burial {
                    queue,
                    key: &key,
                    content,
                    reason: "as a test",
                    attempts: 5,
                    first_failed_at: at("2026-10-05T00:00:00Z"),
                    last_failed_at: at("2026-10-05T00:00:15Z"),
                },
            )
        })
        .await
    }

    async fn ids(&self, query: &str) -> Vec<Uuid> {
        let list = self.get(DESK, &format!("{LIST}{query}")).await.expect(200);
        list["items"]
            .as_array()
            .unwrap()
            .iter()
            .map(|item| item["id"].as_str().unwrap().parse().unwrap())
            .collect()
    }

    async fn outbox(&self) -> Vec<Value> {
        let now = self.api.clock.machine_now();
        let taken = self.api.db.machinery(move |tx| {
            let turn = |queue| schema::outbox::Turn { queue, each: 100, limit: 100, except: &[] };
            let mut all = schema::outbox::lease(tx, now, now, turn("register"))?;
            all.extend(schema::outbox::lease(tx, now, now, turn("meter"))?);
            Ok::<_, platform::db::DbError>(all)
        });
        taken.await.unwrap().into_iter().map(|message| message.body).collect()
    }
}

#[actix_web::test]
async fn they_are_listed_newest_first_and_filtered() {
    let world = World::new().await;
    let message = json!({"any": "message"});
    let first = world.letter(ACME, "register", "1".to_owned(), Some(message.clone())).await;
    let second = world.letter(GLOBEX, "meter", "2".to_owned(), Some(message.clone())).await;
    let rubbish = world.letter(VENDOR, "unknown", "3".to_owned(), None).await;
    assert_eq!(world.ids("").await, [rubbish, second, first]);
    assert_eq!(world.ids("?queue=meter").await, [second]);
    assert_eq!(world.ids(&format!("?organization_id={ACME}")).await, [first]);
    assert!(world.ids("?state=dropped").await.is_empty());
    let page = world.get(OPERATOR, "/v1/dead-letters?limit=2").await.expect(200);
    let cursor = page["next_cursor"].as_str().unwrap();
    assert_eq!(world.ids(&format!("?limit=2&cursor={cursor}")).await, [first]);
    assert_eq!(world.get(DESK, "/v1/dead-letters?queue=metre").await.wrong_fields(), ["queue invalid"]);

    let shown = world.get(DESK, &format!("{LIST}/{rubbish}")).await.expect(200);
    let raw = json!("\u{fffd}rubbish");
    assert_eq!((&shown["raw"], &shown["message"], &shown["state"]), (&raw, &Value::Null, &json!("open")));
    let shown = world.get(DESK, &format!("{LIST}/{first}")).await.expect(200);
    assert_eq!(shown["message"], message);
    assert_eq!((&shown["reason"], &shown["attempts"]), (&json!("as a test"), &json!(5)));

    // Partners and their aggregators see what failed on their uploads, and nothing of this.
    for who in [ACME_ADMIN, NORTHWIND_ADMIN] {
        world.get(who, LIST).await.expect(403);
        world.get(who, &format!("{LIST}/{first}")).await.expect(404);
        world.post(who, &format!("{LIST}/{first}/replay"), &json!({})).await.expect(404);
    }
}

#[actix_web::test]
async fn a_replay_takes_back_what_giving_up_left() {
    let world = World::new().await;
    let upload = world.upload(ACME, 1, 0, UploadStatus::Processing).await;
    let key = UnitKey { billing_mode: MODE, vcenter_id: id(0x51), month: month() };
    let other = UnitKey { vcenter_id: id(0x52), ..key };
    world
        .within(ACME, move |tx| {
            let marks = units::mark(tx, &[key, other])?;
            units::link_upload(tx, upload, &marks)?;
            for key in [key, other] {
                units::set_failed(tx, &key)?;
            }
            uploads::note_failure(tx, upload)?;
            for key in ["production/x", "production/y"] {
                let trouble = schema::attempts::Trouble::Failed("wrong");
                schema::attempts::record(tx, ("meter", key), trouble, at("2026-10-05T00:00:00Z"))?;
            }
            Ok(())
        })
        .await;
    let work = |key: UnitKey| Work::Meter {
        organization_id: ACME,
        billing_mode: MODE,
        vcenter_id: key.vcenter_id,
        month: key.month,
    };
    let mut letters = Vec::new();
    for (key, name) in [(key, "production/x"), (other, "production/y")] {
        let message = work(key).to_json().unwrap();
        letters.push(world.letter(ACME, "meter", name.to_owned(), Some(message)).await);
    }
    let state = async || {
        world
            .within(ACME, move |tx| {
                let failed = [key, other].map(|key| units::find(tx, &key).unwrap().unwrap().failed);
                let upload = uploads::find(tx, upload)?.unwrap();
                let attempts = ["production/x", "production/y"]
                    .map(|key| schema::attempts::find(tx, "meter", key).unwrap().is_some());
                Ok((failed, upload.errors != json!([]), attempts))
            })
            .await
    };
    assert_eq!(state().await, ([true, true], true, [true, true]));
    let replay = |letter: Uuid| format!("{LIST}/{letter}/replay");
    let replayed = world.post(DESK, &replay(letters[0]), &json!({})).await.expect(202);
    assert_eq!(replayed["state"], "replayed");
    assert!(replayed["ended_by"].as_str().unwrap().starts_with("user:"));
    assert_eq!(state().await, ([false, true], true, [false, true]), "another unit still fails");
    let again = world.post(OPERATOR, &replay(letters[0]), &json!({})).await.expect(409);
    assert_eq!(again["code"], "not-open");
    world.post(OPERATOR, &replay(letters[1]), &json!({})).await.expect(202);
    assert_eq!(state().await, ([false, false], false, [false, false]));
    let sent = world.outbox().await;
    for key in [key, other] {
        assert!(sent.contains(&work(key).to_json().unwrap()), "{sent:?}");
    }
    let told = world.get(ACME_ADMIN, "/v1/audit?action=dead-letter.replay").await.expect(200);
    assert_eq!(told["items"].as_array().unwrap().len(), 2);
    assert_eq!(told["items"][0]["object"]["id"], json!(letters[1]));
    assert_eq!(told["items"][0]["before"]["why"], "as a test");
}

#[actix_web::test]
async fn the_operator_drops_one_with_a_reason_and_nobody_replays_what_cannot_be_read() {
    let world = World::new().await;
    let rubbish = world.letter(VENDOR, "unknown", "3".to_owned(), None).await;
    let replay = world.post(DESK, &format!("{LIST}/{rubbish}/replay"), &json!({})).await.expect(409);
    assert_eq!(replay["code"], "unreadable");
    let path = format!("{LIST}/{rubbish}");
    let drop = async |who, query: &str| {
        world.send(world.request(who, Method::DELETE, &format!("{path}{query}"))).await
    };
    assert_eq!(drop(OPERATOR, "").await.wrong_fields(), ["reason missing"]);
    drop(DESK, "?reason=rubbish").await.expect(403);
    drop(OPERATOR, "?reason=rubbish").await.expect(204);
    drop(OPERATOR, "?reason=rubbish").await.expect(409);
    let shown = world.get(DESK, &path).await.expect(200);
    assert_eq!((&shown["state"], &shown["ended_reason"]), (&json!("dropped"), &json!("rubbish")));
    let told = world.get(OPERATOR, "/v1/audit?action=dead-letter.drop").await.expect(200);
    assert_eq!(told["items"][0]["after"], json!({"reason": "rubbish"}));
    // The same rubbish again is another letter.
    let again = world.letter(VENDOR, "unknown", "3".to_owned(), None).await;
    assert_ne!(again, rubbish);
}
