//! Fields that are the service's to set: no body sets them.

use actix_web::http::Method;
use actix_web::test::TestRequest;
use schema::types::Role;
use serde_json::{Value, json};
use test_support::tenants::{ACME, GLOBEX, VENDOR};
use uuid::Uuid;

use crate::data::id;
use crate::world::{ACME_ADMIN, DESK, GLOBEX_ADMIN, NORTHWIND_ADMIN, OPERATOR, World};

/// What an attacker would like to say.
const WISHES: [&str; 26] = [
    "id",
    "user_id",
    "organization_id",
    "partner_id",
    "tenant",
    "kind",
    "parent_id",
    "role",
    "roles",
    "rights",
    "scope",
    "is_admin",
    "email_verified",
    "disabled",
    "password_hash",
    "token",
    "token_sha256",
    "key",
    "created_at",
    "created_by",
    "registered_at",
    "recorded_by",
    "received_at",
    "revoked_at",
    "status",
    "__proto__",
];

/// The names of the fields that a description of a body has.
fn fields(document: &Value, operation: &Value) -> Option<Vec<String>> {
    let mut schema = &operation["requestBody"]["content"]["application/json"]["schema"];
    while let Some(reference) = schema["$ref"].as_str() {
        schema = document.pointer(reference.strip_prefix('#').unwrap()).unwrap();
    }
    Some(schema["properties"].as_object()?.keys().cloned().collect())
}

/// The fields that are refused as unknown, by the first of these callers who gets that far.
async fn refused(world: &World, method: &Method, path: &str, body: &Value) -> Option<Vec<String>> {
    for who in [OPERATOR, DESK, NORTHWIND_ADMIN, ACME_ADMIN] {
        let request = TestRequest::with_uri(path).method(method.clone()).set_json(body);
        let bearer = format!("Bearer {}", world.token(who));
        let answer = world.send(request.insert_header(("authorization", bearer))).await;
        if answer.status == 422 {
            let unknown = |field: String| field.strip_suffix(" unknown").map(str::to_owned);
            return Some(answer.wrong_fields().into_iter().filter_map(unknown).collect());
        }
    }
    None
}

#[actix_web::test]
async fn no_body_takes_a_field_that_is_not_described() {
    let world = World::new().await;
    let meter = json!({
        "id": id(1), "name": "ams", "billing_mode": "production", "connectivity": "online",
        "contract_number": "ACME-0001",
    });
    world.post(ACME_ADMIN, "/v1/meters", &meter).await.expect(201);
    let document = serde_json::to_value(api::openapi()).unwrap();
    let mut tried = 0;
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            // Without a configured provider there is no such resource.
            if path.starts_with("/v1/auth/oidc/") {
                continue;
            }
            let Some(described) = fields(&document, operation) else {
                assert!(operation["requestBody"].is_null(), "{method} {path}: a body without fields");
                continue;
            };
            let mut wishes: Vec<_> =
                WISHES.iter().filter(|wish| !described.iter().any(|field| field == *wish)).collect();
            let body = wishes.iter().map(|wish| ((**wish).to_owned(), json!(VENDOR))).collect();
            let method: Method = method.to_uppercase().parse().unwrap();
            let uri = path.replace("{id}", &id(1).to_string());
            let unknown = refused(&world, &method, &uri, &Value::Object(body)).await;
            let mut unknown =
                unknown.unwrap_or_else(|| panic!("{method} {path} takes what nobody described"));
            wishes.sort();
            unknown.sort();
            assert_eq!(
                unknown.iter().map(String::as_str).collect::<Vec<_>>(),
                wishes.into_iter().copied().collect::<Vec<_>>(),
                "{method} {path}"
            );
            tried += 1;
        }
    }
    assert!(tried >= 12, "{tried}");
}

/// The fields that a body does have stay within what its sender may.
#[actix_web::test]
async fn a_described_field_gives_nobody_more_than_they_have() {
    let world = World::new().await;
    for role in [Role::OperatorAdmin, Role::ServiceDesk, Role::AggregatorAdmin] {
        let invitation = json!({"email": "me@acme.test", "role": role});
        assert_eq!(
            world.post(ACME_ADMIN, "/v1/users", &invitation).await.wrong_fields(),
            ["role other-kind"]
        );
    }
    let user = world.user("viewer@acme.test", (Role::PartnerViewer, ACME)).await;
    let path = format!("/v1/users/{user}");
    let patch = world.request(ACME_ADMIN, Method::PATCH, &path);
    let answer = world.send(patch.set_json(json!({"role": "operator-admin"}))).await;
    assert_eq!(answer.wrong_fields(), ["role other-kind"]);
    // A meter is its sender's whatever else it is said to be, and an id is the appliance's claim alone.
    let meter = json!({
        "id": id(1), "name": "ams", "billing_mode": "production", "connectivity": "online",
        "contract_number": "GLOBEX-0001",
    });
    let made = world.post(GLOBEX_ADMIN, &format!("/v1/meters?partner_id={ACME}"), &meter).await.expect(201);
    assert_eq!(made["partner_id"], json!(GLOBEX));
    assert_eq!(world.get(ACME_ADMIN, "/v1/meters").await.expect(200)["items"], json!([]));
    assert_ne!(made["id"], json!(Uuid::nil()));
}
