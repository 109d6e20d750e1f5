//! What a file is judged by that people may change while it is judged.

use platform::problem::ApiError;
use schema::Tx;
use schema::meters::{self, Meter};
use schema::partner_settings;
use uuid::Uuid;

use crate::door::Sender;

/// How a file's meter stands with the uploader's organization.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    /// None when the uploader has no such meter, or none any more.
    pub meter: Option<Meter>,
    /// Whether the organization takes signed files only.
    pub require_signatures: bool,
}

impl Standing {
    /// As it is now.
    pub fn of(tx: &mut Tx<'_>, sender: &Sender, meter_id: Uuid) -> Result<Self, ApiError> {
        // A meter's token is good for that meter only, and other meters do not exist for it.
        let may_ask = sender.meter_id.is_none_or(|own| own == meter_id);
        let meter = if may_ask { meters::find(tx, meter_id)? } else { None };
        let meter = meter.filter(|meter| meter.deregistered_at.is_none());
        let own = tx.organization()?;
        let require_signatures = partner_settings::of(tx, own)?.require_signatures;
        Ok(Self { meter, require_signatures })
    }
}
