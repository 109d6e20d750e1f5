//! Orders, to read.

use chrono::NaiveDate;
use insta::assert_json_snapshot;
use rust_decimal::Decimal;
use schema::Tx;
use schema::orders::{self, Order, OrderEvent, OrderLine};
use schema::types::OrderStatus;
use test_support::tenants::{ACME, GLOBEX};
use uuid::Uuid;

use crate::data::hour;
use crate::world::{ACME_VIEWER, NORTHWIND_VIEWER, World};

/// Adds an order with a line of 70 at 7 points, and one whose points are not known.
pub fn order(
    tx: &mut Tx<'_>,
    organization_id: Uuid,
    contract: &str,
    month: &str,
) -> diesel::QueryResult<Uuid> {
    let order = Order {
        organization_id,
        id: Uuid::now_v7(),
        contract_number: contract.to_owned(),
        month: month.parse::<NaiveDate>().unwrap(),
        status: OrderStatus::NotOpen,
        revision: 2,
        purchase_order: None,
    };
    orders::add(tx, &order)?;
    let line = |position, code: &str, quantity, points_per_unit: Option<Decimal>| OrderLine {
        organization_id,
        order_id: order.id,
        id: Uuid::now_v7(),
        position,
        code: code.to_owned(),
        metered_quantity: quantity,
        quantity,
        reason: None,
        points_per_unit,
        points: points_per_unit.map(|points| points * Decimal::from(quantity)),
    };
    orders::set_lines(
        tx,
        order.id,
        &[line(1, "flex-core", 70, Some(Decimal::from(7))), line(2, "srm", 2, None)],
    )?;
    let event = OrderEvent {
        organization_id,
        order_id: order.id,
        id: Uuid::now_v7(),
        at: hour(721),
        event: "created".to_owned(),
        revision: Some(1),
    };
    orders::record(tx, &event)?;
    Ok(order.id)
}

#[actix_web::test]
async fn an_order_shows_what_is_metered_and_ordered() {
    let world = World::new().await;
    let id = world.within(ACME, |tx| order(tx, ACME, "ACME-0001", "2026-09-01")).await;
    let shown = world.get(ACME_VIEWER, &format!("/v1/orders/{id}")).await.expect(200);
    assert_eq!(shown["id"], serde_json::json!(id));
    assert_json_snapshot!(shown, {".id" => "[id]", ".lines[].id" => "[id]"});
    let list = world.get(ACME_VIEWER, "/v1/orders?month=2026-09").await.expect(200);
    assert_eq!(list["items"][0], shown);
}

#[actix_web::test]
async fn orders_are_listed_newest_month_first() {
    let world = World::new().await;
    for (organization, contract, month) in [
        (ACME, "ACME-0001", "2026-08-01"),
        (ACME, "ACME-0001", "2026-09-01"),
        (GLOBEX, "GLOBEX-0001", "2026-09-01"),
    ] {
        world.within(organization, move |tx| order(tx, organization, contract, month)).await;
    }
    let list = async |query: &str| {
        let body = world.get(NORTHWIND_VIEWER, &format!("/v1/orders{query}")).await.expect(200);
        let items = body["items"].as_array().unwrap();
        items
            .iter()
            .map(|order| {
                format!("{} {}", order["month"].as_str().unwrap(), order["contract_number"].as_str().unwrap())
            })
            .collect::<Vec<_>>()
    };
    assert_eq!(list("").await, ["2026-09 ACME-0001", "2026-09 GLOBEX-0001", "2026-08 ACME-0001"]);
    assert_eq!(list("?month=2026-08").await, ["2026-08 ACME-0001"]);
    assert_eq!(list(&format!("?partner_id={GLOBEX}")).await, ["2026-09 GLOBEX-0001"]);
    assert_eq!(list("?month=2026-07").await, [] as [&str; 0]);
}
