//! Who asks comes before what is asked.

use actix_web::http::Method;
use actix_web::test::TestRequest;
use serde_json::Value;

use crate::data::id;
use crate::world::World;

/// Where there is no such resource unless something is configured or rehearsed, that comes first.
const PERHAPS_ABSENT: [&str; 2] = ["/v1/clock", "/v1/auth/oidc/"];

#[actix_web::test]
async fn nobody_is_told_what_is_wrong_with_a_request_but_who_may_make_it() {
    let world = World::new().await;
    let document = serde_json::to_value(api::openapi()).unwrap();
    let mut asked = 0;
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            let guarded = operation["security"][0].as_object().is_some_and(|scheme| !scheme.is_empty());
            if !guarded || PERHAPS_ABSENT.iter().any(|absent| path.starts_with(absent)) {
                continue;
            }
            let method: Method = method.to_uppercase().parse().unwrap();
            // The database has to be asked for the first two; the others are refused at once.
            for token in ["umt_nobody", "uik_nobody", "nonsense", "a.b.c"] {
                let uri = format!(
                    "{}?nonsense=1&limit=none&month=never",
                    path.replace("{id}", &id(404).to_string())
                );
                let uri = uri.replace("{token_id}", &id(405).to_string());
                let request = TestRequest::with_uri(&uri).method(method.clone());
                let request = request
                    .insert_header(("authorization", format!("Bearer {token}")))
                    .insert_header(("content-type", "application/json"))
                    .insert_header(("idempotency-key", ""))
                    .set_payload("{\"nonsense\": ");
                let answer = world.send(request).await;
                assert_eq!(answer.status, 401, "{method} {uri} {token}: {:?}", answer.body);
                asked += 1;
            }
        }
    }
    assert!(asked > 40, "only {asked} requests");
}

#[actix_web::test]
async fn every_operation_may_refuse_who_asks_too_often() {
    let document = serde_json::to_value(api::openapi()).unwrap();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            let refusal = &operation["responses"]["429"];
            let is_probe = ["/healthz", "/readyz"].contains(&path.as_str());
            assert_eq!(*refusal == Value::Null, is_probe, "{method} {path}");
        }
    }
}
