//! The description of the API.

use actix_web::test::TestRequest;
use serde_json::Value;
use std::collections::BTreeSet;

use crate::world::World;

fn document() -> Value {
    serde_json::to_value(api::openapi()).unwrap()
}

/// Every `$ref` below a value.
fn references(value: &Value, found: &mut BTreeSet<String>) {
    match value {
        Value::Object(members) => {
            if let Some(Value::String(reference)) = members.get("$ref") {
                found.insert(reference.clone());
            }
            members.values().for_each(|value| references(value, found));
        }
        Value::Array(items) => items.iter().for_each(|value| references(value, found)),
        _ => {}
    }
}

#[test]
fn nothing_is_referred_to_that_is_not_there() {
    let document = document();
    let mut found = BTreeSet::new();
    references(&document, &mut found);
    assert!(found.len() > 10);
    for reference in found {
        let pointer = reference.strip_prefix('#').unwrap();
        assert!(document.pointer(pointer).is_some(), "{reference}");
    }
}

#[test]
fn every_operation_is_described() {
    let document = document();
    let mut names = BTreeSet::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            let name = operation["operationId"].as_str().unwrap();
            assert!(names.insert(name.to_owned()), "{name} twice");
            for member in ["summary", "tags", "security", "responses"] {
                assert!(!operation[member].is_null(), "{method} {path} has no {member}");
            }
        }
    }
    insta::assert_json_snapshot!(names);
}

#[actix_web::test]
async fn it_is_served() {
    let world = World::new().await;
    let answer = world.send(TestRequest::with_uri("/openapi.json")).await;
    assert_eq!(answer.expect(200), document());
}
