//! What a partner sets for all of its meters.

use actix_web::http::Method;
use serde_json::{Value, json};
use test_support::tenants::{ACME, GLOBEX};

use crate::http::Answer;
use crate::world::{ACME_ADMIN, ACME_VIEWER, GLOBEX_ADMIN, NORTHWIND_ADMIN, World};

async fn put(world: &World, who: (schema::types::Role, uuid::Uuid), body: &Value) -> Answer {
    world.send(world.request(who, Method::PUT, "/v1/settings").set_json(body)).await
}

#[actix_web::test]
async fn a_partner_requires_signatures() {
    let world = World::new().await;
    let (on, off) = (json!({"require_signatures": true}), json!({"require_signatures": false}));
    assert_eq!(world.get(ACME_VIEWER, "/v1/settings").await.expect(200), off, "the default");
    assert_eq!(put(&world, ACME_ADMIN, &on).await.expect(200), on);
    assert_eq!(put(&world, ACME_ADMIN, &on).await.expect(200), on);
    assert_eq!(world.get(ACME_VIEWER, "/v1/settings").await.expect(200), on);
    assert_eq!(world.get(GLOBEX_ADMIN, "/v1/settings").await.expect(200), off);
    let of_acme = format!("/v1/settings?partner_id={ACME}");
    assert_eq!(world.get(NORTHWIND_ADMIN, &of_acme).await.expect(200), on);
    world.get(GLOBEX_ADMIN, &of_acme).await.expect(404);
    assert_eq!(world.get(NORTHWIND_ADMIN, "/v1/settings").await.wrong_fields(), ["partner_id missing"]);
    let audit = world.get(ACME_ADMIN, "/v1/audit?action=settings.change").await.expect(200);
    let changes: Vec<_> =
        audit["items"].as_array().unwrap().iter().map(|entry| (&entry["before"], &entry["after"])).collect();
    assert_eq!(changes, [(&off, &on)]);
}

#[actix_web::test]
async fn only_a_partners_admin_sets_and_says_what() {
    let world = World::new().await;
    for who in [ACME_VIEWER, NORTHWIND_ADMIN] {
        put(&world, who, &json!({"require_signatures": true})).await.expect(403);
    }
    for (body, wrong) in [
        (json!({}), "require_signatures missing"),
        (json!({"require_signatures": null}), "require_signatures missing"),
        (json!({"require_signatures": "yes"}), "require_signatures invalid"),
        (json!({"require_signatures": true, "organization_id": GLOBEX}), "organization_id unknown"),
    ] {
        assert_eq!(put(&world, ACME_ADMIN, &body).await.wrong_fields(), [wrong], "{body}");
    }
    assert_eq!(world.get(GLOBEX_ADMIN, "/v1/settings").await.expect(200)["require_signatures"], false);
}
