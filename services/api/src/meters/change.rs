//! `PATCH /v1/meters/{id}`.

use actix_web::patch;
use actix_web::web::{Data, Json, Path};
use metering::Month;
use platform::audit::Event;
use platform::auth::{Authorized, MayManageMeters};
use platform::calendar::{first_day, month_of};
use platform::problem::ApiError;
use schema::Tx;
use schema::meters::{self, since_ever};
use schema::types::{BillingMode, Connectivity};
use serde_json::{Value, json};
use utoipa::ToSchema;
use uuid::Uuid;

use super::assignment::Assignment;
use super::changer::{Changer, lock};
use super::key;
use super::registration::{CONTRACT_CHARACTERS_MAX, NAME_CHARACTERS_MAX};
use super::shown::Meter;
use super::state::{View, show};
use crate::Api;
use crate::openapi::{Guarded, Invalid, NotFound, TakesJson, Unavailable};
use crate::request::{Body, Fields, FromFields, Patch, parse};

/// What is to be different of a meter; what is absent stays.
#[derive(Debug, Clone, Default, ToSchema)]
pub struct MeterChange {
    /// As people call it; at once.
    #[schema(min_length = 1, max_length = 512)]
    pub name: Option<String>,
    /// Whether it uploads by itself; at once.
    pub connectivity: Option<Connectivity>,
    /// The Ed25519 key that its manifests must be signed with: base64 of 32 bytes; at once. Null takes it away.
    #[schema(value_type = Option<String>)]
    pub public_key: Patch<Vec<u8>>,
    /// Whether its evidence is billed; from `effective_from` on.
    pub billing_mode: Option<BillingMode>,
    /// One of the partner's contracts; from `effective_from` on. A site of the old contract does not go along.
    #[schema(example = "ACME-0001")]
    pub contract_number: Option<String>,
    /// One of the contract's sites; from `effective_from` on. Null takes it away.
    #[schema(value_type = Option<Uuid>)]
    pub site_id: Patch<Uuid>,
    /// The month at whose begin mode, contract and site change, until the next month for which something is recorded; by
    /// default the next one. A month that has begun is reported anew.
    #[schema(value_type = Option<String>, example = "2026-11")]
    pub effective_from: Option<Month>,
}

impl FromFields for MeterChange {
    fn from_fields(fields: &mut Fields) -> Option<Self> {
        let change = Self {
            name: fields.optional("name", parse::text(NAME_CHARACTERS_MAX)),
            connectivity: fields
                .optional("connectivity", parse::word(Connectivity::ALL, Connectivity::as_str)),
            public_key: fields.patched("public_key", key::parse),
            billing_mode: fields.optional("billing_mode", parse::word(BillingMode::ALL, BillingMode::as_str)),
            contract_number: fields.optional("contract_number", parse::text(CONTRACT_CHARACTERS_MAX)),
            site_id: fields.patched("site_id", parse::uuid),
            effective_from: fields.optional("effective_from", effective_month),
        };
        if change.effective_from.is_some() && !change.reassigns() {
            let message = "needs a billing_mode, contract_number or site_id to take effect";
            fields.refuse("effective_from", "invalid", message);
        }
        Some(change)
    }
}

/// A month of the calendar of settings, which begins with the year 1.
fn effective_month(text: &str) -> Result<Month, String> {
    let month = parse::month(text)?;
    if first_day(month) < since_ever() { Err("is no month from 0001-01 on".to_owned()) } else { Ok(month) }
}

/// Changes a meter of the caller's own partner.
///
/// Mode, contract and site change at 00:00 UTC of a month's first day. Dated back, the months that this touches are
/// metered and reported anew, in revisions with the cause `registration:<meter id>`.
#[utoipa::path(
    tag = "meters",
    params(("id" = Uuid, Path, description = "The appliance's own UUID")),
    request_body = MeterChange,
    responses(
        (status = 200, description = "The meter, with the settings of the current month", body = Meter),
        Guarded, NotFound, Invalid, TakesJson, Unavailable,
    ),
    security(("bearer" = [])),
)]
#[patch("/v1/meters/{id}")]
pub async fn change_meter(
    caller: Authorized<MayManageMeters>,
    api: Data<Api>,
    id: Path<Uuid>,
    body: Body<MeterChange>,
) -> Result<Json<Meter>, ApiError> {
    let (changer, view, id) = (Changer::of(&caller, &api), View::of(&api, None), id.into_inner());
    let own = caller.scope_of(None).await?;
    let shown = api
        .db
        .run(own, move |tx| {
            changer.hold_standing(tx)?;
            let meter = body.value.apply(tx, id, &changer)?;
            show(tx, vec![meter], view)
        })
        .await?;
    shown.into_iter().next().map(Json).ok_or(ApiError::NotFound("meter"))
}

impl MeterChange {
    fn reassigns(&self) -> bool {
        self.billing_mode.is_some() || self.contract_number.is_some() || self.site_id.says()
    }

    fn apply(&self, tx: &mut Tx<'_>, id: Uuid, changer: &Changer) -> Result<meters::Meter, ApiError> {
        let was = lock(tx, id)?;
        let meter = self.state(&was);
        let mut change = (state_json(&was), state_json(&meter));
        if self.reassigns() {
            let month = self.effective_from.unwrap_or(month_of(changer.now.date_naive()).next());
            let assignment = self.assignment(tx, id, month)?;
            if let Some(before) = assignment.assign(tx, id, month, changer)? {
                change.0["settings"] = before.to_json(month);
                change.1["settings"] = assignment.to_json(month);
            }
        }
        if change.0 == change.1 {
            return Ok(was);
        }
        meters::change(tx, &meter)?;
        changer.notify_if_offline(tx, Some(was.connectivity), &meter)?;
        changer.record(tx, Event::new("meter.change", "meter", id).before(change.0).after(change.1))?;
        Ok(meter)
    }

    /// What changes at once.
    fn state(&self, was: &meters::Meter) -> meters::Meter {
        meters::Meter {
            name: self.name.clone().unwrap_or_else(|| was.name.clone()),
            connectivity: self.connectivity.unwrap_or(was.connectivity),
            public_key: self.public_key.clone().or(was.public_key.clone()),
            ..was.clone()
        }
    }

    /// What changes with the month: the settings in force there, with what is to be different.
    fn assignment(&self, tx: &mut Tx<'_>, id: Uuid, month: Month) -> Result<Assignment, ApiError> {
        let was = Assignment::in_force(tx, id, month)?;
        let contract_number = self.contract_number.clone().unwrap_or_else(|| was.contract_number.clone());
        let stays = was.site_id.filter(|_| contract_number == was.contract_number);
        Ok(Assignment {
            billing_mode: self.billing_mode.unwrap_or(was.billing_mode),
            site_id: self.site_id.or(stays),
            contract_number,
        })
    }
}

fn state_json(meter: &meters::Meter) -> Value {
    json!({
        "name": meter.name,
        "connectivity": meter.connectivity,
        "public_key": key::show(meter.public_key.as_deref()),
    })
}
