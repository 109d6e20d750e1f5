//! The clock of rehearsals.

use actix_web::http::Method;
use actix_web::test::TestRequest;
use serde_json::json;

use crate::world::{ACME_ADMIN, DESK, OPERATOR, World};

#[actix_web::test]
async fn the_operator_moves_the_clock_in_development() {
    let world = World::new().await;
    let put = async |who, now: &str| {
        world.send(world.request(who, Method::PUT, "/v1/clock").set_json(json!({ "now": now }))).await
    };
    let moved = put(OPERATOR, "2026-11-02T03:04:05+01:00").await.expect(200);
    assert!(moved["now"].as_str().unwrap().starts_with("2026-11-02T02:04:"), "{moved}");
    assert_eq!(world.now().date_naive().to_string(), "2026-11-02");
    put(OPERATOR, "2026-01-02T00:00:00Z").await.expect(200);
    for now in ["yesterday", "2026-01-02", "1999-12-31T23:59:59Z", "2200-01-01T00:00:00Z"] {
        assert_eq!(put(OPERATOR, now).await.wrong_fields(), ["now invalid"]);
    }
    for who in [ACME_ADMIN, DESK] {
        put(who, "2026-11-02T00:00:00Z").await.expect(403);
    }
    assert_eq!(world.now().date_naive().to_string(), "2026-01-02");
}

#[actix_web::test]
async fn in_production_there_is_no_such_resource() {
    let world = World::in_production().await;
    for who in [OPERATOR, ACME_ADMIN] {
        let request = world.request(who, Method::PUT, "/v1/clock");
        world.send(request.set_json(json!({"now": "2026-11-02T00:00:00Z"}))).await.expect(404);
    }
    world.send(TestRequest::with_uri("/v1/clock").method(Method::PUT)).await.expect(404);
}
