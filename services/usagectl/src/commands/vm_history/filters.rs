//! Which rows of VM History.

use clap::ValueEnum;
use uuid::Uuid;

use crate::client::Call;
use crate::commands::meter::BillingMode;

/// Options that narrow the rows.
#[derive(Debug, clap::Args)]
#[command(next_help_heading = "Which rows")]
pub struct Filters {
    /// Whose rows; needed by those who see several partners
    #[arg(long, value_name = "UUID")]
    partner: Option<Uuid>,
    /// Billed evidence, or that of meters in test
    #[arg(long, default_value = "production")]
    billing_mode: BillingMode,
    /// Only rows with Cloud Director (true) or without it (false)
    #[arg(long, value_name = "BOOL")]
    vcd: Option<bool>,
    /// Only rows of this vCenter
    #[arg(long, value_name = "UUID")]
    vcenter: Option<Uuid>,
    /// Only rows of this VM, by its instance UUID
    #[arg(long, value_name = "UUID")]
    vm: Option<Uuid>,
    /// Only rows under this license: rental, perpetual, demo or unknown
    #[arg(long)]
    license: Option<String>,
    /// Only rows with this feature, such as nsx-advanced
    #[arg(long)]
    feature: Option<String>,
    /// Only rows that are reported (true) or not (false; needs --include unreported)
    #[arg(long, value_name = "BOOL")]
    reported: Option<bool>,
    /// Only rows of this customer
    #[arg(long, value_name = "NAME")]
    customer: Option<String>,
    /// Also rows that were metered and are not reported
    #[arg(long)]
    include: Option<Include>,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Include {
    /// Perpetual and demo licenses
    Unreported,
}

impl Filters {
    /// Adds the filters to a call.
    pub fn apply(&self, call: Call) -> Call {
        let include = self.include.map(|Include::Unreported| "unreported");
        call.query("partner_id", self.partner)
            .query("billing_mode", Some(self.billing_mode.as_str()))
            .query("vcd", self.vcd)
            .query("vcenter_id", self.vcenter)
            .query("vm_id", self.vm)
            .query("license", self.license.as_ref())
            .query("feature", self.feature.as_ref())
            .query("reported", self.reported)
            .query("customer", self.customer.as_ref())
            .query("include", include)
    }
}
