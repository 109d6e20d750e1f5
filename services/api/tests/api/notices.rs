//! Notices: shown to the partner and those above it.

use actix_web::http::Method;
use serde_json::{Value, json};
use test_support::tenants::ACME;

use crate::data::id;
use crate::world::{ACME_ADMIN, ACME_VIEWER, CONTOSO_ADMIN, GLOBEX_ADMIN, NORTHWIND_VIEWER, OPERATOR, World};

impl World {
    async fn registered(&self, meter: u128, connectivity: &str) {
        let body = json!({"id": id(meter), "name": "m", "billing_mode": "production",
            "connectivity": connectivity, "contract_number": "ACME-0001"});
        self.post(ACME_ADMIN, "/v1/meters", &body).await.expect(201);
    }

    async fn connectivity(&self, meter: u128, connectivity: &str) {
        let path = format!("/v1/meters/{}", id(meter));
        let body = json!({"connectivity": connectivity});
        self.send(self.request(ACME_ADMIN, Method::PATCH, &path).set_json(body)).await.expect(200);
    }
}

#[actix_web::test]
async fn a_meter_registered_as_offline_is_shown_to_its_aggregator() {
    let world = World::new().await;
    world.registered(1, "online").await;
    world.registered(2, "offline").await;
    world.connectivity(2, "offline").await;
    world.connectivity(1, "offline").await;
    world.connectivity(1, "online").await;
    let meters = async |who| {
        let list = world.get(who, "/v1/notices").await.expect(200);
        let items = list["items"].as_array().unwrap().clone();
        items.iter().map(|notice| notice["meter_id"].clone()).collect::<Vec<_>>()
    };
    for who in [ACME_VIEWER, NORTHWIND_VIEWER, OPERATOR] {
        assert_eq!(meters(who).await, [json!(id(1)), json!(id(2))], "{who:?}: the newest first");
    }
    for who in [GLOBEX_ADMIN, CONTOSO_ADMIN] {
        assert_eq!(meters(who).await, [Value::Null; 0], "{who:?}");
        world.get(who, &format!("/v1/notices?partner_id={ACME}")).await.expect(404);
    }
    let path = format!("/v1/notices?partner_id={ACME}&limit=1");
    let page = world.get(NORTHWIND_VIEWER, &path).await.expect(200);
    let notice = &page["items"][0];
    assert_eq!((&notice["kind"], &notice["partner_id"]), (&json!("meter-registered-offline"), &json!(ACME)));
    assert!(!notice["at"].is_null());
    let next = page["next_cursor"].as_str().unwrap();
    let second = world.get(NORTHWIND_VIEWER, &format!("{path}&cursor={next}")).await.expect(200);
    assert_eq!((&second["items"][0]["meter_id"], &second["next_cursor"]), (&json!(id(2)), &Value::Null));
}
