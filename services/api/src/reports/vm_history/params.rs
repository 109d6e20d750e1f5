//! Which rows are wanted, and how.

use chrono::{DateTime, Utc};
use metering::{Feature, License, RowLicense};
use schema::history::HistoryFilter;
use utoipa::openapi::{Object, ObjectBuilder, Type};
use uuid::Uuid;

use super::form::Form;
use crate::page::PageRequest;
use crate::reports::params::ReportParams;
use crate::request::{Fields, FromFields, parse};

/// What narrows or widens the rows
#[derive(utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "describes the parameters, which HistoryParams reads")]
pub struct FilterParams {
    #[param(schema_with = includes)]
    include: Option<String>,
    /// Only rows with Cloud Director, or without it
    vcd: Option<bool>,
    /// Only rows of this vCenter
    vcenter_id: Option<Uuid>,
    /// Only rows of this VM
    vm_id: Option<Uuid>,
    #[param(schema_with = licenses)]
    license: Option<String>,
    #[param(schema_with = features)]
    feature: Option<String>,
    /// Only rows that are reported, or (with `include=unreported`) not
    reported: Option<bool>,
    /// Only rows of this customer
    customer: Option<String>,
    #[param(schema_with = forms)]
    format: Option<String>,
}

/// Where a page ended: vCenter, VM, begin; and the revision that it was read from, so that all pages are of one.
pub type Place = (Uuid, Uuid, DateTime<Utc>, i32);

/// What the query says.
#[derive(Debug)]
pub struct HistoryParams {
    /// Which report.
    pub report: ReportParams,
    /// Which of its rows.
    pub filter: HistoryFilter,
    /// In which form, where the query says it.
    pub form: Option<Form>,
    /// Which page, where the query says it.
    pub page: Option<PageRequest<Place>>,
}

impl FromFields for HistoryParams {
    fn from_fields(fields: &mut Fields) -> Option<Self> {
        let filter = filter(fields);
        let form = fields.optional("format", parse::word(&Form::ALL, Form::as_str));
        let page = PageRequest::<Place>::if_asked(fields);
        let mut report = ReportParams::from_fields(fields)?;
        let begun = page.as_ref().and_then(|page| page.after.as_ref()).map(|(.., revision)| *revision);
        report.revision = report.revision.or(begun);
        Some(Self { report, filter, form, page })
    }
}

/// What `include` takes.
const INCLUDES: [&str; 1] = ["unreported"];

fn license_words() -> Vec<&'static str> {
    let known = License::ALL.iter().map(|license| license.as_str());
    known.chain([RowLicense::Unknown.as_str()]).collect()
}

fn filter(fields: &mut Fields) -> HistoryFilter {
    let licenses = license_words();
    let text = |text: &str| Ok(text.to_owned());
    HistoryFilter {
        include_unreported: fields.optional("include", parse::word(&INCLUDES, |word| word)).is_some(),
        vcd: fields.optional("vcd", parse::boolean),
        vcenter_id: fields.optional("vcenter_id", parse::uuid),
        vm_id: fields.optional("vm_id", parse::uuid),
        license: fields.optional("license", parse::word(&licenses, |license| license)).map(str::to_owned),
        feature: fields
            .optional("feature", parse::word(&Feature::ALL, Feature::as_str))
            .map(|feature| feature.as_str().to_owned()),
        reported: fields.optional("reported", parse::boolean),
        // Customers are organizations of Cloud Director, as long as there are no rules.
        org: fields.optional("customer", text),
    }
}

/// A parameter's own documentation is lost with a schema of its own.
fn words(description: &str, words: impl IntoIterator<Item = &'static str>) -> Object {
    let words = ObjectBuilder::new().schema_type(Type::String).enum_values(Some(words));
    words.description(Some(description)).build()
}

fn includes() -> Object {
    words(
        "`unreported` adds the rows that are metered and not reported: perpetual and demo licenses",
        INCLUDES,
    )
}

fn licenses() -> Object {
    words("Only rows under this license; `unknown` when the host is not known", license_words())
}

fn features() -> Object {
    words("Only rows with this feature", Feature::ALL.map(Feature::as_str))
}

fn forms() -> Object {
    words("For links: weighs more than `Accept`", Form::ALL.map(Form::as_str))
}
