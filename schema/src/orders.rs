//! Monthly business orders: drafts that follow their month's report.

use chrono::{DateTime, NaiveDate, Utc};
use diesel::pg::Pg;
use diesel::prelude::*;
use rust_decimal::Decimal;
use uuid::Uuid;

use crate::Tx;
use crate::schema::{order_history, order_lines, orders};
use crate::types::OrderStatus;

/// An order of a contract's month.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = orders, check_for_backend(Pg))]
#[expect(missing_docs, reason = "the columns of orders, described in the migration")]
pub struct Order {
    pub organization_id: Uuid,
    pub id: Uuid,
    pub contract_number: String,
    pub month: NaiveDate,
    pub status: OrderStatus,
    pub revision: i32,
    pub purchase_order: Option<String>,
}

/// A line of an order.
#[derive(Debug, Clone, PartialEq, Queryable, Selectable, Insertable)]
#[diesel(table_name = order_lines, check_for_backend(Pg))]
#[expect(missing_docs, reason = "the columns of order_lines, described in the migration")]
pub struct OrderLine {
    pub organization_id: Uuid,
    pub order_id: Uuid,
    pub id: Uuid,
    pub position: i32,
    pub code: String,
    pub metered_quantity: i64,
    pub quantity: i64,
    pub reason: Option<String>,
    pub points_per_unit: Option<Decimal>,
    pub points: Option<Decimal>,
}

/// What happened to an order.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = order_history, check_for_backend(Pg))]
#[expect(missing_docs, reason = "the columns of order_history, described in the migration")]
pub struct OrderEvent {
    pub organization_id: Uuid,
    pub order_id: Uuid,
    pub id: Uuid,
    pub at: DateTime<Utc>,
    pub event: String,
    pub revision: Option<i32>,
}

/// The order of a contract's month, locked until the transaction ends.
pub fn lock(tx: &mut Tx<'_>, contract_number: &str, month: NaiveDate) -> QueryResult<Option<Order>> {
    orders::table
        .filter(orders::organization_id.eq(tx.organization()?))
        .filter(orders::contract_number.eq(contract_number))
        .filter(orders::month.eq(month))
        .select(Order::as_select())
        .for_update()
        .first(tx.conn())
        .optional()
}

/// The contracts that have an order of a month.
pub fn contracts_of_month(tx: &mut Tx<'_>, month: NaiveDate) -> QueryResult<Vec<String>> {
    orders::table
        .filter(orders::organization_id.eq(tx.organization()?))
        .filter(orders::month.eq(month))
        .select(orders::contract_number)
        .load(tx.conn())
}

/// Adds an order without lines.
pub fn add(tx: &mut Tx<'_>, order: &Order) -> QueryResult<()> {
    tx.require_own(order.organization_id)?;
    diesel::insert_into(orders::table).values(order).execute(tx.conn())?;
    Ok(())
}

/// Sets what a draft follows: its status and the report revision.
pub fn follow(tx: &mut Tx<'_>, order_id: Uuid, status: OrderStatus, revision: i32) -> QueryResult<()> {
    let organization_id = tx.organization()?;
    diesel::update(orders::table.find((organization_id, order_id)))
        .set((orders::status.eq(status), orders::revision.eq(revision)))
        .execute(tx.conn())?;
    Ok(())
}

/// Brings a draft's lines to what is metered: ids stay, lines no longer metered go.
pub fn set_lines(tx: &mut Tx<'_>, order_id: Uuid, lines: &[OrderLine]) -> QueryResult<()> {
    use diesel::upsert::excluded;
    let organization_id = tx.organization()?;
    let codes: Vec<&str> = lines.iter().map(|line| line.code.as_str()).collect();
    diesel::delete(order_lines::table)
        .filter(order_lines::organization_id.eq(organization_id))
        .filter(order_lines::order_id.eq(order_id))
        .filter(order_lines::code.ne_all(codes))
        .execute(tx.conn())?;
    diesel::insert_into(order_lines::table)
        .values(lines)
        .on_conflict((order_lines::organization_id, order_lines::order_id, order_lines::code))
        .do_update()
        .set((
            order_lines::position.eq(excluded(order_lines::position)),
            order_lines::metered_quantity.eq(excluded(order_lines::metered_quantity)),
            order_lines::quantity.eq(excluded(order_lines::quantity)),
            order_lines::points_per_unit.eq(excluded(order_lines::points_per_unit)),
            order_lines::points.eq(excluded(order_lines::points)),
        ))
        .execute(tx.conn())?;
    Ok(())
}

/// Adds an event to an order's history.
pub fn record(tx: &mut Tx<'_>, event: &OrderEvent) -> QueryResult<()> {
    tx.require_own(event.organization_id)?;
    diesel::insert_into(order_history::table).values(event).execute(tx.conn())?;
    Ok(())
}

/// The orders in scope by (month, organization, contract), newest month first; the next page starts after
/// `after`, an order's place in that order.
pub fn list(
    tx: &mut Tx<'_>,
    month: Option<NaiveDate>,
    after: Option<(NaiveDate, Uuid, &str)>,
    limit: i64,
) -> QueryResult<Vec<Order>> {
    let mut query = orders::table
        .filter(orders::organization_id.eq_any(tx.organizations()))
        .order((orders::month.desc(), orders::organization_id, orders::contract_number))
        .select(Order::as_select())
        .limit(limit)
        .into_boxed();
    if let Some(month) = month {
        query = query.filter(orders::month.eq(month));
    }
    if let Some((month, organization, contract)) = after {
        let within = orders::organization_id.gt(organization).or(orders::organization_id
            .eq(organization)
            .and(orders::contract_number.gt(contract.to_owned())));
        query = query.filter(orders::month.lt(month).or(orders::month.eq(month).and(within)));
    }
    query.load(tx.conn())
}

/// An order in scope.
pub fn find(tx: &mut Tx<'_>, id: Uuid) -> QueryResult<Option<Order>> {
    orders::table
        .filter(orders::organization_id.eq_any(tx.organizations()))
        .filter(orders::id.eq(id))
        .select(Order::as_select())
        .first(tx.conn())
        .optional()
}

/// The lines of orders in scope, in the order of a report.
pub fn lines(tx: &mut Tx<'_>, order_ids: &[Uuid]) -> QueryResult<Vec<OrderLine>> {
    order_lines::table
        .filter(order_lines::organization_id.eq_any(tx.organizations()))
        .filter(order_lines::order_id.eq_any(order_ids))
        .order((order_lines::order_id, order_lines::position))
        .select(OrderLine::as_select())
        .load(tx.conn())
}

/// The histories of orders in scope, oldest event first.
pub fn history(tx: &mut Tx<'_>, order_ids: &[Uuid]) -> QueryResult<Vec<OrderEvent>> {
    order_history::table
        .filter(order_history::organization_id.eq_any(tx.organizations()))
        .filter(order_history::order_id.eq_any(order_ids))
        .order((order_history::order_id, order_history::id))
        .select(OrderEvent::as_select())
        .load(tx.conn())
}
