//! `GET /v1/reports/monthly-usage`.

use actix_web::get;
use actix_web::web::{Data, Json};
use chrono::{DateTime, Utc};
use platform::auth::{Authorized, MayRead};
use platform::problem::ApiError;
use schema::reports::{self, Revision};
use schema::types::{BillingMode, ReportStatus};
use schema::{Tx, contracts};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::lines::{self, ReportLine};
use super::params::ReportParams;
use crate::Api;
use crate::coverage::VcenterCoverage;
use crate::openapi::{Guarded, Invalid, NotFound, Unavailable};
use crate::partner::Partner;
use crate::request::{Fields, FromFields, Params};

/// What a partner's month comes to.
#[derive(Debug, Serialize, ToSchema)]
pub struct MonthlyUsage {
    #[schema(example = "2026-09")]
    month: String,
    partner_id: Uuid,
    billing_mode: BillingMode,
    /// The contract that the lines are of; null for the whole month's.
    contract: Option<String>,
    /// Counts from 1; every change of a figure makes another.
    revision: i32,
    /// `provisional` until the month is closed.
    status: ReportStatus,
    generated_at: DateTime<Utc>,
    /// The divisor of every average.
    #[schema(example = 30)]
    days_in_month: i64,
    /// Of each vCenter with evidence, by now.
    coverage: Vec<VcenterCoverage>,
    /// In the order of the catalogue.
    lines: Vec<ReportLine>,
}

/// What narrows the lines.
#[derive(utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct UsageParams {
    /// The lines of this contract alone, each rounded on its own
    contract: Option<String>,
    #[param(ignore)]
    report: ReportParams,
}

impl FromFields for UsageParams {
    fn from_fields(fields: &mut Fields) -> Option<Self> {
        let contract = fields.optional("contract", |text| Ok(text.to_owned()));
        for name in ["site", "customer"] {
            if fields.optional(name, |_| Ok(())).is_some() {
                let message = "cannot narrow a report yet; contract and revision can";
                fields.refuse(name, "unsupported", message);
            }
        }
        Some(Self { contract, report: ReportParams::from_fields(fields)? })
    }
}

/// Reports a partner's month: a line for each product, and how much of the month is covered by evidence.
#[utoipa::path(
    tag = "reports",
    params(ReportParams, UsageParams),
    responses((status = 200, description = "The report", body = MonthlyUsage), Guarded, NotFound, Invalid, Unavailable),
    security(("bearer" = [])),
)]
#[get("/v1/reports/monthly-usage")]
pub async fn monthly_usage(
    caller: Authorized<MayRead>,
    api: Data<Api>,
    params: Params<UsageParams>,
) -> Result<Json<MonthlyUsage>, ApiError> {
    let UsageParams { contract, report } = params.0;
    let partner = Partner::of(&caller, report.partner_id).await?;
    let now = api.clock.now();
    let usage = api
        .db
        .run(partner.scope, move |tx| {
            let revision = report.revision(tx, partner.id)?.ok_or(ApiError::NotFound("report"))?;
            if let Some(contract) = &contract {
                contracts::find(tx, partner.id, contract)?.ok_or(ApiError::NotFound("contract"))?;
            }
            show(tx, &report, &revision, contract, now)
        })
        .await?;
    Ok(Json(usage))
}

fn show(
    tx: &mut Tx<'_>,
    report: &ReportParams,
    revision: &Revision,
    contract: Option<String>,
    now: DateTime<Utc>,
) -> Result<MonthlyUsage, ApiError> {
    let units = reports::units(tx, revision)?;
    let coverage = units.iter().map(|unit| VcenterCoverage::of(unit, report.month, now));
    // The whole month's lines have no contract.
    let part = contract.as_deref().unwrap_or("");
    let stored = reports::lines(tx, revision)?.into_iter().filter(|line| line.contract_number == part);
    Ok(MonthlyUsage {
        month: report.month.to_string(),
        partner_id: revision.organization_id,
        billing_mode: revision.billing_mode,
        revision: revision.revision,
        status: revision.status,
        generated_at: revision.generated_at,
        days_in_month: report.month.days(),
        coverage: coverage.collect::<Result<_, _>>()?,
        lines: lines::show(stored.collect()),
        contract,
    })
}
