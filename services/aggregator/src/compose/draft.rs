//! Order drafts: one a contract and month, following the report until its partner takes it in hand.

use crate::error::WorkError;
use platform::audit::{self, Event, Origin};
use platform::calendar::month_of;
use schema::Tx;
use schema::orders::{self, Order, OrderEvent, OrderLine};
use schema::reports::{Line, Revision};
use schema::types::{OrderStatus, ReportStatus};
use serde_json::json;
use uuid::Uuid;

/// Brings a contract's draft to a revision; the first makes it.
pub fn follow(tx: &mut Tx<'_>, revision: &Revision, contract: &str, lines: &[Line]) -> Result<(), WorkError> {
    let status = match revision.status {
        ReportStatus::Provisional => OrderStatus::NotOpen,
        ReportStatus::Final => OrderStatus::PendingPartner,
    };
    let order = match orders::lock(tx, contract, revision.month)? {
        Some(order) => order,
        None => create(tx, revision, contract, status)?,
    };
    if !matches!(order.status, OrderStatus::NotOpen | OrderStatus::PendingPartner) {
        return Ok(());
    }
    if order.status != status {
        record(tx, revision, order.id, "opened")?;
        tell_opened(tx, revision, &order)?;
    }
    orders::follow(tx, order.id, status, revision.revision)?;
    let billed = lines.iter().filter(|line| line.contract_number == contract && !line.code.contains('/'));
    let lines: Vec<OrderLine> = billed.map(|line| order_line(&order, line)).collect();
    orders::set_lines(tx, order.id, &lines)?;
    Ok(())
}

fn create(
    tx: &mut Tx<'_>,
    revision: &Revision,
    contract: &str,
    status: OrderStatus,
) -> Result<Order, WorkError> {
    let order = Order {
        organization_id: revision.organization_id,
        id: Uuid::now_v7(),
        contract_number: contract.to_owned(),
        month: revision.month,
        status,
        revision: revision.revision,
        purchase_order: None,
    };
    orders::add(tx, &order)?;
    record(tx, revision, order.id, "created")?;
    if status == OrderStatus::PendingPartner {
        tell_opened(tx, revision, &order)?;
    }
    Ok(order)
}

/// A draft follows its report unasked; that its partner is to act is for the audit.
fn tell_opened(tx: &mut Tx<'_>, revision: &Revision, order: &Order) -> Result<(), WorkError> {
    let opened = json!({
        "contract_number": order.contract_number,
        "month": month_of(order.month).to_string(),
        "revision": revision.revision,
        "status": OrderStatus::PendingPartner,
    });
    let event = Event::new("order.open", "order", order.id).after(opened);
    audit::record(tx, &Origin::system("compose"), event, revision.generated_at)?;
    Ok(())
}

fn record(tx: &mut Tx<'_>, revision: &Revision, order_id: Uuid, event: &str) -> Result<(), WorkError> {
    let event = OrderEvent {
        organization_id: revision.organization_id,
        order_id,
        id: Uuid::now_v7(),
        at: revision.generated_at,
        event: event.to_owned(),
        revision: Some(revision.revision),
    };
    orders::record(tx, &event)?;
    Ok(())
}

fn order_line(order: &Order, line: &Line) -> OrderLine {
    OrderLine {
        organization_id: order.organization_id,
        order_id: order.id,
        id: Uuid::now_v7(),
        position: line.position,
        code: line.code.clone(),
        metered_quantity: line.quantity,
        quantity: line.quantity,
        reason: None,
        points_per_unit: line.points_per_unit,
        points: line.points,
    }
}
