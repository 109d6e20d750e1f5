//! `GET /v1/orders` and `GET /v1/orders/{id}`.

use actix_web::get;
use actix_web::web::{Data, Json, Path};
use chrono::NaiveDate;
use metering::Month;
use platform::auth::{Authorized, MayRead};
use platform::calendar::first_day;
use platform::problem::ApiError;
use schema::{Tx, orders};
use std::collections::HashMap;
use uuid::Uuid;

use super::shown::Order;
use crate::Api;
use crate::openapi::{Guarded, Invalid, NotFound, Unavailable};
use crate::page::{Page, PageParams, PageRequest};
use crate::partner::list_scope;
use crate::request::{Fields, FromFields, Params, parse};

/// Which orders.
#[derive(utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct OrderParams {
    /// Only of this month
    #[param(value_type = Option<String>, example = "2026-09")]
    month: Option<Month>,
    /// Only this partner's
    partner_id: Option<Uuid>,
    #[param(ignore)]
    page: PageRequest<(NaiveDate, Uuid, String)>,
}

impl FromFields for OrderParams {
    fn from_fields(fields: &mut Fields) -> Option<Self> {
        let month = fields.optional("month", parse::month);
        let partner_id = fields.optional("partner_id", parse::uuid);
        Some(Self { month, partner_id, page: PageRequest::from_fields(fields)? })
    }
}

/// Lists the orders that the caller sees: newest month first, then by partner and contract.
#[utoipa::path(
    tag = "orders",
    params(OrderParams, PageParams),
    responses((status = 200, description = "A page of orders", body = Page<Order>), Guarded, NotFound, Invalid, Unavailable),
    security(("bearer" = [])),
)]
#[get("/v1/orders")]
pub async fn list_orders(
    caller: Authorized<MayRead>,
    api: Data<Api>,
    params: Params<OrderParams>,
) -> Result<Json<Page<Order>>, ApiError> {
    let OrderParams { month, partner_id, page } = params.0;
    let scope = list_scope(&caller, partner_id).await?;
    let page = api
        .db
        .run(scope, move |tx| {
            let after = page.after.as_ref();
            let after =
                after.map(|(month, organization, contract)| (*month, *organization, contract.as_str()));
            let fetched = orders::list(tx, month.map(first_day), after, page.fetch())?;
            let (orders, next_cursor) = page
                .cut(fetched, |order| (order.month, order.organization_id, order.contract_number.clone()));
            Ok::<_, ApiError>(Page { items: show(tx, orders)?, next_cursor })
        })
        .await?;
    Ok(Json(page))
}

/// Shows an order.
#[utoipa::path(
    tag = "orders",
    params(("id" = Uuid, Path, description = "The order")),
    responses((status = 200, description = "The order", body = Order), Guarded, NotFound, Unavailable),
    security(("bearer" = [])),
)]
#[get("/v1/orders/{id}")]
pub async fn get_order(
    caller: Authorized<MayRead>,
    api: Data<Api>,
    id: Path<Uuid>,
) -> Result<Json<Order>, ApiError> {
    let scope = caller.scope().await?;
    let id = id.into_inner();
    let shown = api
        .db
        .run(scope, move |tx| {
            let order = orders::find(tx, id)?.ok_or(ApiError::NotFound("order"))?;
            show(tx, vec![order])
        })
        .await?;
    shown.into_iter().next().map(Json).ok_or(ApiError::NotFound("order"))
}

/// Orders with their lines and histories, in their order.
fn show(tx: &mut Tx<'_>, orders: Vec<orders::Order>) -> Result<Vec<Order>, ApiError> {
    let ids: Vec<Uuid> = orders.iter().map(|order| order.id).collect();
    let mut lines: HashMap<Uuid, Vec<orders::OrderLine>> = HashMap::new();
    for line in orders::lines(tx, &ids)? {
        lines.entry(line.order_id).or_default().push(line);
    }
    let mut histories: HashMap<Uuid, Vec<orders::OrderEvent>> = HashMap::new();
    for event in orders::history(tx, &ids)? {
        histories.entry(event.order_id).or_default().push(event);
    }
    let shown = orders.into_iter().map(|order| {
        let lines = lines.remove(&order.id).unwrap_or_default();
        let history = histories.remove(&order.id).unwrap_or_default();
        Order::new(order, lines, history)
    });
    Ok(shown.collect())
}
