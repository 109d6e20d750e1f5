//! `GET /v1/reports/monthly-usage`.

use actix_web::get;
use actix_web::web::{Data, Json};
use chrono::{DateTime, TimeDelta, Utc};
use platform::auth::{Authorized, MayRead};
use platform::calendar::utc;
use platform::problem::ApiError;
use schema::reports::{self, Revision, SignatureCounts};
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
use crate::request::{Fields, FromFields, Params, parse};

/// What a partner's month comes to.
#[derive(Debug, Serialize, ToSchema)]
pub struct MonthlyUsage {
    #[schema(example = "2026-09")]
    month: String,
    partner_id: Uuid,
    billing_mode: BillingMode,
    /// The contract that the lines are of; null for the whole month's.
    contract: Option<String>,
    /// The site that the lines are of; null for the whole month's.
    site: Option<Uuid>,
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
    /// The uploads of which evidence is in force for these vCenters, by now.
    signatures: Signatures,
    /// In the order of the catalogue; none of a contract or site without a meter in the month.
    lines: Vec<ReportLine>,
}

/// Uploads, each counted once.
#[derive(Debug, Serialize, ToSchema)]
pub struct Signatures {
    /// Signed by their meters, under the key that each had at receipt.
    verified: i64,
    /// All others.
    unsigned: i64,
}

/// What narrows the lines.
#[derive(utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct UsageParams {
    /// The lines of this contract alone, each rounded on its own
    contract: Option<String>,
    /// The lines of this site alone, each rounded on its own
    site: Option<Uuid>,
    #[param(ignore)]
    report: ReportParams,
}

impl FromFields for UsageParams {
    fn from_fields(fields: &mut Fields) -> Option<Self> {
        let contract = fields.optional("contract", |text| Ok(text.to_owned()));
        let site = fields.optional("site", parse::uuid);
        if contract.is_some() && site.is_some() {
            fields.refuse("site", "unsupported", "is of one contract: name the site alone");
        }
        if fields.optional("customer", |_| Ok(())).is_some() {
            let message = "cannot narrow a report yet; contract, site and revision can";
            fields.refuse("customer", "unsupported", message);
        }
        Some(Self { contract, site, report: ReportParams::from_fields(fields)? })
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
    let UsageParams { contract, site, report } = params.0;
    let partner = Partner::of(&caller, report.partner_id).await?;
    let (now, deadline) = (api.clock.now(), api.deadline);
    let usage = api
        .db
        .run(partner.scope, move |tx| {
            let revision = report.revision(tx, partner.id)?.ok_or(ApiError::NotFound("report"))?;
            if let Some(contract) = &contract {
                contracts::find(tx, partner.id, contract)?.ok_or(ApiError::NotFound("contract"))?;
            }
            if let Some(site) = site {
                contracts::find_site(tx, site)?.ok_or(ApiError::NotFound("site"))?;
            }
            show(tx, &report, &revision, (contract, site), (now, deadline))
        })
        .await?;
    Ok(Json(usage))
}

fn show(
    tx: &mut Tx<'_>,
    report: &ReportParams,
    revision: &Revision,
    (contract, site): (Option<String>, Option<Uuid>),
    (now, deadline): (DateTime<Utc>, TimeDelta),
) -> Result<MonthlyUsage, ApiError> {
    let units = reports::units(tx, revision)?;
    let coverage = units.iter().map(|unit| VcenterCoverage::of(unit, report.month, now));
    let vcenters: Vec<Uuid> = units.iter().map(|unit| unit.vcenter_id).collect();
    let stored = reports::lines(tx, revision)?;
    Ok(MonthlyUsage {
        month: report.month.to_string(),
        partner_id: revision.organization_id,
        billing_mode: revision.billing_mode,
        revision: revision.revision,
        status: revision.status,
        generated_at: revision.generated_at,
        days_in_month: report.month.days(),
        coverage: coverage.collect::<Result<_, _>>()?,
        signatures: signatures(tx, report, &vcenters, deadline)?,
        lines: lines::show(&stored, contract.as_deref(), site),
        contract,
        site,
    })
}

fn signatures(
    tx: &mut Tx<'_>,
    report: &ReportParams,
    vcenter_ids: &[Uuid],
    deadline: TimeDelta,
) -> Result<Signatures, ApiError> {
    let (begin, end) = (utc(report.month.begin()), utc(report.month.end()));
    let window = (utc(report.month.evidence_begin()), end);
    let counts =
        reports::signature_counts(tx, report.billing_mode, vcenter_ids, window, (begin, end + deadline))?;
    let SignatureCounts { verified, unsigned } = counts;
    Ok(Signatures { verified, unsigned })
}
