//! Order drafts: one a contract and month, following the report until its partner takes it in hand.

use crate::error::WorkError;
use schema::Tx;
use schema::orders::{self, Order, OrderEvent, OrderLine};
use schema::reports::{Line, Revision};
use schema::types::{OrderStatus, ReportStatus};
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
    Ok(order)
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
