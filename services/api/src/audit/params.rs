//! Which entries.

use chrono::{DateTime, Utc};
use metering::Month;
use platform::calendar::utc;
use schema::audit::{EntryFilter, EntryPlace};
use uuid::Uuid;

use crate::page::PageRequest;
use crate::request::{Fields, FromFields, parse};

/// Of what an entry names: kinds, actions, ids.
const WORD_CHARACTERS_MAX: usize = 512;

/// What narrows the entries
#[derive(utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "describes the parameters, which AuditParams reads")]
pub struct FilterParams {
    /// Only of this organization
    organization_id: Option<Uuid>,
    /// The same as `organization_id`
    partner_id: Option<Uuid>,
    /// Only of this month, in place of `from` and `to`
    #[param(value_type = Option<String>, example = "2026-09")]
    month: Option<Month>,
    /// Only from this instant on
    from: Option<DateTime<Utc>>,
    /// Only before this instant
    to: Option<DateTime<Utc>>,
    /// Only what this one did
    #[param(example = "user:00000000-0000-7000-8000-000000000013")]
    actor: Option<String>,
    /// Only this action
    #[param(example = "meter.register")]
    action: Option<String>,
    /// Only what was done to things of this kind
    #[param(example = "meter")]
    object_kind: Option<String>,
    /// Only what was done to things of this id
    object_id: Option<String>,
}

/// What the query says.
#[derive(Debug)]
pub struct AuditParams {
    /// Whose entries; all that the caller sees when there is none.
    pub organization_id: Option<Uuid>,
    /// Which of them.
    pub filter: EntryFilter,
    /// Which page, where the query says it.
    pub page: Option<PageRequest<EntryPlace>>,
}

impl FromFields for AuditParams {
    fn from_fields(fields: &mut Fields) -> Option<Self> {
        let organization_id = organization(fields);
        let (from, to) = time(fields);
        let mut word = |name| fields.optional(name, parse::text(WORD_CHARACTERS_MAX));
        let filter = EntryFilter {
            from,
            to,
            actor: word("actor"),
            action: word("action"),
            object_kind: word("object_kind"),
            object_id: word("object_id"),
            others: None,
        };
        Some(Self { organization_id, filter, page: PageRequest::if_asked(fields) })
    }
}

fn organization(fields: &mut Fields) -> Option<Uuid> {
    let organization_id = fields.optional("organization_id", parse::uuid);
    let partner_id = fields.optional("partner_id", parse::uuid);
    if organization_id.is_some() && partner_id.is_some() && organization_id != partner_id {
        fields.refuse("partner_id", "ambiguous", "is another than organization_id");
    }
    organization_id.or(partner_id)
}

fn time(fields: &mut Fields) -> (Option<DateTime<Utc>>, Option<DateTime<Utc>>) {
    let month = fields.optional("month", parse::month);
    let from = fields.optional("from", parse::instant);
    let to = fields.optional("to", parse::instant);
    match month {
        Some(_) if from.is_some() || to.is_some() => {
            fields.refuse("month", "ambiguous", "is given beside from or to");
            (None, None)
        }
        Some(month) => (Some(utc(month.begin())), Some(utc(month.end()))),
        None => (from, to),
    }
}
