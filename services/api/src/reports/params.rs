//! What every report is asked: whose month, in which mode, as of which revision.

use metering::Month;
use platform::calendar::first_day;
use platform::problem::ApiError;
use schema::Tx;
use schema::reports::{self, Revision};
use schema::types::BillingMode;
use uuid::Uuid;

use crate::request::{Fields, FromFields, parse};

/// Which report.
#[derive(Debug, Clone, Copy, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ReportParams {
    /// The month
    #[param(value_type = String, example = "2026-09")]
    pub month: Month,
    /// Whose report; needed by callers that see several partners
    pub partner_id: Option<Uuid>,
    /// Which body of evidence; `production` by default
    #[param(value_type = Option<BillingMode>, default = "production")]
    pub billing_mode: BillingMode,
    /// An earlier revision; by default the newest
    #[param(minimum = 1)]
    pub revision: Option<i32>,
}

impl FromFields for ReportParams {
    fn from_fields(fields: &mut Fields) -> Option<Self> {
        let month = fields.required("month", parse::month);
        let partner_id = fields.optional("partner_id", parse::uuid);
        let billing_mode =
            fields.optional("billing_mode", parse::word(BillingMode::ALL, BillingMode::as_str));
        let revision = fields.optional("revision", parse::ordinal);
        let billing_mode = billing_mode.unwrap_or(BillingMode::Production);
        Some(Self { month: month?, partner_id, billing_mode, revision })
    }
}

impl ReportParams {
    /// The revision asked for of this partner's report; 404 when there is none of that number.
    pub fn revision(&self, tx: &mut Tx<'_>, partner_id: Uuid) -> Result<Option<Revision>, ApiError> {
        let (mode, month) = (self.billing_mode, first_day(self.month));
        match self.revision {
            None => Ok(reports::latest(tx, partner_id, mode, month)?),
            Some(number) => {
                let revision = reports::find(tx, partner_id, mode, month, number)?;
                revision.map(Some).ok_or(ApiError::NotFound("revision"))
            }
        }
    }
}
