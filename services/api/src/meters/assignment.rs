//! What changes at a month's start only: mode, contract and site of a meter (metering.md §1.1).

use metering::Month;
use platform::calendar::first_day;
use platform::problem::{ApiError, ErrorItem};
use schema::meters::{self, Settings};
use schema::types::BillingMode;
use schema::{Tx, contracts};
use serde_json::{Value, json};
use uuid::Uuid;

use super::changer::Changer;
use super::reassess::Reassessment;

/// Mode, contract and site.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Assignment {
    /// Whether its evidence is billed.
    pub billing_mode: BillingMode,
    /// What its usage is ordered under.
    pub contract_number: String,
    /// Where it stands.
    pub site_id: Option<Uuid>,
}

impl From<Settings> for Assignment {
    fn from(settings: Settings) -> Self {
        let Settings { billing_mode, contract_number, site_id, .. } = settings;
        Self { billing_mode, contract_number, site_id }
    }
}

impl Assignment {
    /// That of a meter in a month; those given at registration hold for all time.
    pub fn in_force(tx: &mut Tx<'_>, meter_id: Uuid, month: Month) -> Result<Self, ApiError> {
        let settings = meters::settings_in_force(tx, meter_id, first_day(month))?;
        settings.map(Self::from).ok_or_else(|| ApiError::internal("a meter without settings"))
    }

    /// Refuses contracts and sites that the partner does not have.
    pub fn check(&self, tx: &mut Tx<'_>) -> Result<(), ApiError> {
        let mut errors = Vec::new();
        let own = tx.organization()?;
        if contracts::find(tx, own, &self.contract_number)?.is_none() {
            errors.push(ErrorItem::field("contract_number", "unknown", "is no contract of this partner"));
        }
        if let Some(site_id) = self.site_id {
            match contracts::find_site(tx, site_id)? {
                None => errors.push(ErrorItem::field("site_id", "unknown", "is no site of this partner")),
                Some(site) if site.contract_number != self.contract_number => {
                    errors.push(ErrorItem::field(
                        "site_id",
                        "other-contract",
                        "is a site of another contract",
                    ));
                }
                Some(_) => {}
            }
        }
        if errors.is_empty() { Ok(()) } else { Err(ApiError::invalid(errors)) }
    }

    /// Records it for a meter from a month on, until the next month for which something is recorded, and has all that
    /// this touches metered and composed again. What is in force already is not recorded again: none. Else what was in
    /// force there.
    pub fn assign(
        &self,
        tx: &mut Tx<'_>,
        meter_id: Uuid,
        month: Month,
        changer: &Changer,
    ) -> Result<Option<Self>, ApiError> {
        let before = Self::in_force(tx, meter_id, month)?;
        if before == *self {
            return Ok(None);
        }
        self.check(tx)?;
        let from = first_day(month);
        let to = meters::next_change(tx, meter_id, from)?;
        let id = meters::settings_id(tx, meter_id, Uuid::now_v7())?;
        let settings = self.settings((tx.organization()?, meter_id), from, id, changer);
        meters::record_settings(tx, &settings)?;
        let modes = (before.billing_mode, self.billing_mode);
        Reassessment { meter_id, modes, from, to }.order(tx, changer)?;
        Ok(Some(before))
    }

    /// As the history has it.
    pub fn settings(
        &self,
        (organization_id, meter_id): (Uuid, Uuid),
        effective_from: chrono::NaiveDate,
        id: Uuid,
        changer: &Changer,
    ) -> Settings {
        Settings {
            organization_id,
            meter_id,
            effective_from,
            billing_mode: self.billing_mode,
            contract_number: self.contract_number.clone(),
            site_id: self.site_id,
            recorded_at: changer.now,
            id,
            recorded_by: Some(changer.origin.actor.clone()),
        }
    }

    /// For the audit.
    pub fn to_json(&self, month: Month) -> Value {
        json!({
            "effective_from": month.to_string(),
            "billing_mode": self.billing_mode,
            "contract_number": self.contract_number,
            "site_id": self.site_id,
        })
    }
}
