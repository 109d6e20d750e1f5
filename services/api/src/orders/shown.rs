//! An order as the API shows it.

use chrono::{DateTime, Utc};
use metering::report::LineCode;
use platform::calendar::month_of;
use rust_decimal::Decimal;
use schema::orders;
use schema::types::OrderStatus;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::decimal::short;

/// A monthly business order: one a partner, contract and month.
#[derive(Debug, Serialize, ToSchema)]
#[expect(clippy::struct_field_names, reason = "`purchase_order` is the business's own word")]
pub struct Order {
    id: Uuid,
    partner_id: Uuid,
    #[schema(example = "ACME-0001")]
    contract_number: String,
    /// `YYYY-MM`.
    #[schema(example = "2026-09")]
    month: String,
    /// `not-open` while the month's report is provisional: a preview.
    status: OrderStatus,
    /// The report revision that its metered quantities follow.
    revision: i32,
    lines: Vec<OrderLine>,
    /// Of the lines that have points.
    #[schema(example = "490")]
    points_total: String,
    /// What the contract commits to; null where nothing is known of it.
    minimum_commit: Option<String>,
    /// Points short of the commitment.
    underage: Option<String>,
    /// Points beyond the commitment.
    overage: Option<String>,
    /// As the partner gave it when submitting.
    purchase_order: Option<String>,
    /// What happened to it, oldest first.
    history: Vec<OrderEvent>,
}

/// A line of an order.
#[derive(Debug, Serialize, ToSchema)]
pub struct OrderLine {
    id: Uuid,
    #[schema(example = "flex-core")]
    code: String,
    product: String,
    #[schema(example = "GB vRAM")]
    unit: String,
    /// As the report has it.
    metered_quantity: i64,
    /// As it is ordered.
    quantity: i64,
    /// Why the two differ.
    reason: Option<String>,
    /// Null where none are known.
    #[schema(example = "7")]
    points_per_unit: Option<String>,
    #[schema(example = "490")]
    points: Option<String>,
}

/// What happened to an order.
#[derive(Debug, Serialize, ToSchema)]
pub struct OrderEvent {
    at: DateTime<Utc>,
    #[schema(example = "created")]
    event: String,
    /// The report revision that it came with.
    revision: Option<i32>,
}

impl Order {
    /// An order with the lines and the history that are its own.
    pub fn new(
        order: orders::Order,
        lines: Vec<orders::OrderLine>,
        history: Vec<orders::OrderEvent>,
    ) -> Self {
        let points_total: Decimal = lines.iter().filter_map(|line| line.points).sum();
        Self {
            id: order.id,
            partner_id: order.organization_id,
            contract_number: order.contract_number,
            month: month_of(order.month).to_string(),
            status: order.status,
            revision: order.revision,
            lines: lines.into_iter().map(OrderLine::from).collect(),
            points_total: short(points_total),
            minimum_commit: None,
            underage: None,
            overage: None,
            purchase_order: order.purchase_order,
            history: history.into_iter().map(OrderEvent::from).collect(),
        }
    }
}

impl From<orders::OrderLine> for OrderLine {
    fn from(line: orders::OrderLine) -> Self {
        let code = LineCode::parse(&line.code);
        Self {
            id: line.id,
            // A code of a later version is shown by its own name.
            product: code.map_or_else(|| line.code.clone(), |code| code.product().to_owned()),
            unit: code.map(LineCode::unit).unwrap_or_default().to_owned(),
            code: line.code,
            metered_quantity: line.metered_quantity,
            quantity: line.quantity,
            reason: line.reason,
            points_per_unit: line.points_per_unit.map(short),
            points: line.points.map(short),
        }
    }
}

impl From<orders::OrderEvent> for OrderEvent {
    fn from(event: orders::OrderEvent) -> Self {
        Self { at: event.at, event: event.event, revision: event.revision }
    }
}
