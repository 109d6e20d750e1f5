//! Who may call what: every operation of the description, by every role.

use actix_web::http::Method;
use actix_web::test::TestRequest;
use schema::types::{OrganizationKind, Role};
use serde_json::json;
use std::fmt::Write;
use test_support::tenants::{ACME, NORTHWIND, VENDOR};

use crate::data::id;
use crate::world::World;

/// An operation with ids of nothing and a body that says nothing: what is allowed ends in 2xx, 404 or 422.
#[actix_web::test]
async fn every_operation_has_its_roles() {
    let world = World::new().await;
    let document = serde_json::to_value(api::openapi()).unwrap();
    let mut table = String::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        // Served by platform.
        if ["/healthz", "/readyz"].contains(&path.as_str()) {
            continue;
        }
        let uri = path.replace("{id}", &id(404).to_string()).replace("{token_id}", &id(404).to_string());
        for method in item.as_object().unwrap().keys() {
            let method: Method = method.to_uppercase().parse().unwrap();
            let request = || TestRequest::with_uri(&uri).method(method.clone()).set_json(json!({}));
            let nobody = world.send(request()).await.status.as_u16();
            writeln!(table, "{method} {path}\n  nobody {nobody}").unwrap();
            for role in Role::ALL {
                let organization = match role.kind() {
                    OrganizationKind::Operator => VENDOR,
                    OrganizationKind::Aggregator => NORTHWIND,
                    OrganizationKind::Partner => ACME,
                };
                let bearer = format!("Bearer {}", world.token((*role, organization)));
                let answer = world.send(request().insert_header(("authorization", bearer))).await;
                writeln!(table, "  {role} {}", answer.status.as_u16()).unwrap();
            }
        }
    }
    insta::assert_snapshot!(table);
}

#[actix_web::test]
async fn unknown_paths_and_methods_are_problems() {
    let world = World::new().await;
    assert_eq!(world.send(TestRequest::with_uri("/v1/nothing")).await.expect(404)["code"], "not-found");
    let delete = TestRequest::with_uri("/v1/uploads").method(Method::DELETE);
    assert_eq!(world.send(delete).await.expect(405)["code"], "method-not-allowed");
    let path = "/v1/uploads/not-an-id";
    let answer = world.get((Role::PartnerViewer, ACME), path).await;
    assert_eq!(answer.expect(404)["request_id"], answer.header("x-request-id"));
}
