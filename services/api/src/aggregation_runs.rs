//! `GET /v1/aggregation-runs`: what the 24-hour aggregation did.

use actix_web::get;
use actix_web::web::{Data, Json};
use chrono::{DateTime, Utc};
use platform::auth::{Authorized, MayRead};
use platform::calendar::month_of;
use platform::problem::ApiError;
use schema::runs;
use schema::types::BillingMode;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;

use crate::Api;
use crate::openapi::{Guarded, Invalid, NotFound, Unavailable};
use crate::page::{Page, PageParams, PageRequest};
use crate::partner::list_scope;
use crate::request::{Fields, FromFields, Params, parse};

/// Adds the endpoint.
pub fn configure(cfg: &mut ServiceConfig<'_>) {
    cfg.service(list_aggregation_runs);
}

/// A run of the 24-hour aggregation, as far as the caller sees it.
#[derive(Debug, Serialize, ToSchema)]
pub struct AggregationRun {
    /// Its slot of the schedule.
    scheduled_for: DateTime<Utc>,
    /// A missed slot is caught up later.
    started_at: DateTime<Utc>,
    /// Null while it works, and when it failed.
    finished_at: Option<DateTime<Utc>>,
    /// What it did, or is to do, for each open month.
    months: Vec<RunMonth>,
}

/// What a run did for a partner's month.
#[derive(Debug, Serialize, ToSchema)]
pub struct RunMonth {
    /// Whose month.
    partner_id: Uuid,
    /// Which body of evidence.
    billing_mode: BillingMode,
    /// `YYYY-MM`.
    #[schema(example = "2026-09")]
    month: String,
    /// Null until then.
    finished_at: Option<DateTime<Utc>>,
    /// Whether it made a revision.
    changed: Option<bool>,
    /// The report revision in force after it.
    revision: Option<i32>,
}

/// Which runs.
#[derive(utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct RunParams {
    /// Only this partner's months
    partner_id: Option<Uuid>,
    #[param(ignore)]
    page: PageRequest<DateTime<Utc>>,
}

impl FromFields for RunParams {
    fn from_fields(fields: &mut Fields) -> Option<Self> {
        let partner_id = fields.optional("partner_id", parse::uuid);
        Some(Self { partner_id, page: PageRequest::from_fields(fields)? })
    }
}

/// Lists the runs that had a month of the caller's scope to do, newest first.
#[utoipa::path(
    tag = "machinery",
    params(RunParams, PageParams),
    responses((status = 200, description = "A page of runs", body = Page<AggregationRun>), Guarded, NotFound, Invalid, Unavailable),
    security(("bearer" = [])),
)]
#[get("/v1/aggregation-runs")]
async fn list_aggregation_runs(
    caller: Authorized<MayRead>,
    api: Data<Api>,
    params: Params<RunParams>,
) -> Result<Json<Page<AggregationRun>>, ApiError> {
    let RunParams { partner_id, page } = params.0;
    let scope = list_scope(&caller, partner_id).await?;
    let (after, fetch) = (page.after, page.fetch());
    let fetched =
        api.db.run(scope, move |tx| Ok::<_, ApiError>(runs::months_in_scope(tx, after, fetch)?)).await?;
    let (items, next_cursor) = page.cut(by_run(fetched), |run| run.scheduled_for);
    Ok(Json(Page { items, next_cursor }))
}

/// The months come sorted by their run.
fn by_run(months: Vec<(runs::Run, runs::RunMonth)>) -> Vec<AggregationRun> {
    let mut shown: Vec<AggregationRun> = Vec::new();
    for (run, month) in months {
        let month = RunMonth {
            partner_id: month.organization_id,
            billing_mode: month.billing_mode,
            month: month_of(month.month).to_string(),
            finished_at: month.finished_at,
            changed: month.changed,
            revision: month.revision,
        };
        match shown.last_mut() {
            Some(last) if last.scheduled_for == run.scheduled_for => last.months.push(month),
            _ => shown.push(AggregationRun {
                scheduled_for: run.scheduled_for,
                started_at: run.started_at,
                finished_at: run.finished_at,
                months: vec![month],
            }),
        }
    }
    shown
}
