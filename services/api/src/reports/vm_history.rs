//! `GET /v1/reports/vm-history`: the rows that a month's figures come from.

mod form;
pub(crate) mod params;
mod row;
mod rows;
mod table;

use actix_web::http::header::{CONTENT_DISPOSITION, VARY};
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse, get};
use platform::audit::{self, Event};
use platform::auth::{Authorized, MayRead};
use platform::problem::{ApiError, ErrorItem, Problem};
use serde_json::json;

use self::form::Form;
use self::params::{FilterParams, HistoryParams};
use self::row::VmHistoryRow;
use self::rows::Rows;
use self::table::stream;
use super::params::ReportParams;
use crate::Api;
use crate::openapi::{Guarded, Invalid, NotFound, Unavailable};
use crate::page::{Page, PageParams};
use crate::partner::Partner;
use crate::request::Params;

/// Lists the VM History rows of a month, by vCenter, VM and begin, or gives all of them as a table.
///
/// A table has the columns `vcId, VM Instance UUID, VM MoRef, VM Name, Guest OS, Host Id, Host Name, Cluster Id,
/// Customer, License, License Key, vCPU, Configured RAM (MB), Reserved RAM (MB), Billed vRAM (MB), vCD, Features, Bundle,
/// Reported, Begin, End, (MB-Hours), Usage Meter`. A text that begins like a formula gets a leading `'`. A month without
/// a report has no rows.
#[utoipa::path(
    tag = "reports",
    params(ReportParams, FilterParams, PageParams),
    responses(
        (status = 200, description = "A page of rows; with `Accept: text/csv` or `text/tab-separated-values` all of them", content(
            (Page<VmHistoryRow> = "application/json"), (String = "text/csv"), (String = "text/tab-separated-values"),
        )),
        (status = 406, description = "Not a form that rows are given in", body = Problem, content_type = "application/problem+json"),
        Guarded, NotFound, Invalid, Unavailable,
    ),
    security(("bearer" = [])),
)]
#[get("/v1/reports/vm-history")]
pub async fn vm_history(
    caller: Authorized<MayRead>,
    api: Data<Api>,
    request: HttpRequest,
    params: Params<HistoryParams>,
) -> Result<HttpResponse, ApiError> {
    let HistoryParams { report, filter, form, page } = params.0;
    let form = form.map_or_else(|| Form::accepted(&request), Ok)?;
    let partner = Partner::of(&caller, report.partner_id).await?;
    let scope = partner.scope.clone();
    let rows = Rows::open(&api.db, partner, report, filter).await?;
    let Some(table) = form.table() else {
        let page = rows.page(page.unwrap_or_default()).await?;
        return Ok(HttpResponse::Ok().insert_header((VARY, "accept")).json(page));
    };
    if page.is_some() {
        return Err(ApiError::invalid(vec![ErrorItem::field(
            "limit",
            "unsupported",
            "a table has no pages",
        )]));
    }
    let name = format!("vm-history_{}_{}.{}", rows.partner_id(), report.month, table.extension);
    let exported = json!({
        "format": table.extension,
        "month": report.month.to_string(),
        "billing_mode": report.billing_mode,
        "revision": rows.revision(),
    });
    let body = stream(rows, table.delimiter).await?;
    // Before the first byte leaves.
    let event = Event::new("report.export", "report", "vm-history").after(exported);
    let (origin, now) = (caller.origin().clone(), api.clock.now());
    api.db.run(scope, move |tx| Ok::<_, ApiError>(audit::record(tx, &origin, event, now)?)).await?;
    Ok(HttpResponse::Ok()
        .content_type(table.content_type)
        .insert_header((CONTENT_DISPOSITION, format!("attachment; filename=\"{name}\"")))
        .insert_header((VARY, "accept"))
        .streaming(body))
}
