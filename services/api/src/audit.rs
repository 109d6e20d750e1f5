//! `GET /v1/audit`: who did what, when, to what, from where.

mod export;
mod others;
pub(crate) mod params;
mod shown;

use actix_web::http::header::{CONTENT_DISPOSITION, VARY};
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse, get};
use platform::auth::{Authorized, MayReadAudit};
use platform::problem::{ApiError, ErrorItem, Problem};
use schema::audit::{self, EntryFilter, EntryPlace};
use schema::{Scope, Tx};
use utoipa_actix_web::service_config::ServiceConfig;

use self::export::Export;
use self::others::shown_to;
use self::params::{AuditParams, FilterParams};
use self::shown::{AuditEntry, Viewer};
use crate::Api;
use crate::accept::accepted;
use crate::openapi::{Guarded, Invalid, NotFound, Unavailable};
use crate::page::{Page, PageParams, PageRequest};
use crate::request::Params;

/// Adds the endpoint.
pub fn configure(cfg: &mut ServiceConfig<'_>) {
    cfg.service(list_audit);
}

#[derive(Clone, Copy)]
enum Form {
    /// Page by page.
    Json,
    /// All of them.
    Ndjson,
}

const FORMS: [(Form, &str); 2] = [(Form::Json, "application/json"), (Form::Ndjson, "application/x-ndjson")];

/// Lists the entries of the audit, newest first, or exports all of them, oldest first, organization by organization.
///
/// Every change and every download of a file or an export has an entry with the organization whose thing it was, whoever
/// did it. Within a second an entry is sealed: it gets a `sequence` in its organization's chain and a `hash`, the SHA-256
/// of the hash before it (32 zero bytes for the first) followed by the entry in its canonical form: the exported object
/// without `sequence`, `hash`, `address` and `address_salt`, written as RFC 8785 says (members sorted by name, no white
/// space). `address_digest` is the SHA-256 of `address_salt` followed by `address`; those two are shown only to callers
/// who see the organization of the actor.
///
/// Of other organizations than the caller's own, only entries of what the caller may see elsewhere are listed: of users and
/// API keys for the operator's administrators alone, of uploads for those who may read uploads, of dead letters for those
/// who operate the service. Such a chain has gaps in its `sequence`. The own one is complete.
#[utoipa::path(
    tag = "audit",
    params(FilterParams, PageParams),
    responses(
        (status = 200, description = "A page of entries; with `Accept: application/x-ndjson` all of them, a JSON object a line", content(
            (Page<AuditEntry> = "application/json"), (String = "application/x-ndjson"),
        )),
        (status = 406, description = "Not a form that entries are given in", body = Problem, content_type = "application/problem+json"),
        Guarded, NotFound, Invalid, Unavailable,
    ),
    security(("bearer" = [])),
)]
#[get("/v1/audit")]
async fn list_audit(
    caller: Authorized<MayReadAudit>,
    api: Data<Api>,
    request: HttpRequest,
    params: Params<AuditParams>,
) -> Result<HttpResponse, ApiError> {
    let AuditParams { organization_id, filter, page } = params.0;
    let filter = EntryFilter { others: shown_to(&caller), ..filter };
    let form = accepted(&request, &FORMS)
        .ok_or(ApiError::NotAcceptable("entries are given as application/json or application/x-ndjson"))?;
    let seen = caller.scope().await?;
    let viewer = Viewer::of(&seen);
    let scope = match organization_id {
        Some(id) => seen.narrow(id).ok_or(ApiError::NotFound("organization"))?,
        None => seen,
    };
    match (form, page) {
        (Form::Json, page) => {
            let page = show(&api, scope, filter, viewer, page.unwrap_or_default()).await?;
            Ok(HttpResponse::Ok().insert_header((VARY, "accept")).json(page))
        }
        (Form::Ndjson, None) => {
            let export = Export::new(&api, caller.origin().clone(), filter, viewer);
            Ok(HttpResponse::Ok()
                .content_type("application/x-ndjson")
                .insert_header((CONTENT_DISPOSITION, "attachment; filename=\"audit.ndjson\""))
                .insert_header((VARY, "accept"))
                .streaming(export.stream(scope).await?))
        }
        (Form::Ndjson, Some(_)) => {
            let error = ErrorItem::field("limit", "unsupported", "an export has no pages");
            Err(ApiError::invalid(vec![error]))
        }
    }
}

async fn show(
    api: &Api,
    scope: Scope,
    filter: EntryFilter,
    viewer: Viewer,
    page: PageRequest<EntryPlace>,
) -> Result<Page<AuditEntry>, ApiError> {
    let (after, fetch) = (page.after, page.fetch());
    let newest = move |tx: &mut Tx<'_>| Ok::<_, ApiError>(audit::newest(tx, &filter, after, fetch)?);
    let fetched = api.db.run(scope, newest).await?;
    let (listed, next_cursor) = page.cut(fetched, |(entry, _)| (entry.at, entry.id));
    Ok(Page { items: listed.into_iter().map(|listed| viewer.show(listed)).collect(), next_cursor })
}
