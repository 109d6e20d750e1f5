//! The audit: what handlers tell it, who sees what of it, and the export that an outsider can check.

mod export;
mod seen;
mod told;

use actix_web::http::Method;
use actix_web::test::TestRequest;
use platform::audit::{self, Event, Origin};
use schema::types::Role;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::data::id;
use crate::http::Answer;
use crate::world::World;

const ADDRESS: &str = "192.0.2.7";

fn from_address(request: TestRequest) -> TestRequest {
    request.peer_addr(format!("{ADDRESS}:4711").parse().unwrap())
}

async fn list(world: &World, who: (Role, Uuid), query: &str) -> Vec<Value> {
    let page = world.get(who, &format!("/v1/audit{query}")).await.expect(200);
    page["items"].as_array().unwrap().clone()
}

async fn export(world: &World, who: (Role, Uuid), query: &str) -> Answer {
    let request = world.request(who, Method::GET, &format!("/v1/audit{query}"));
    world.send(from_address(request).insert_header(("accept", "application/x-ndjson"))).await
}

fn registration() -> Value {
    json!({"id": id(1), "name": "Ämsterdam 1", "billing_mode": "production", "connectivity": "online",
        "contract_number": "ACME-0001"})
}

/// Adds entries that nobody else would make.
async fn enter(world: &World, organization: Uuid, actor_organization: Option<Uuid>, count: usize) {
    let now = world.now();
    let address = Some(ADDRESS.parse().unwrap());
    let origin = Origin { organization_id: actor_organization, address, ..Origin::system("test") };
    world
        .within(organization, move |tx| {
            (0..count).try_for_each(|number| {
                audit::record(tx, &origin, Event::new("thing.change", "meter", number), now)
            })
        })
        .await;
}
