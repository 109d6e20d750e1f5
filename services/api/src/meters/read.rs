//! `GET /v1/meters` and `GET /v1/meters/{id}`.

use actix_web::get;
use actix_web::web::{Data, Json, Path};
use chrono::{DateTime, Utc};
use metering::Month;
use platform::auth::{Authorized, MayRead};
use platform::calendar::month_of;
use platform::problem::ApiError;
use schema::meters::{self, MeterFilter};
use schema::types::Connectivity;
use uuid::Uuid;

use super::one::{SeveralPartners, one};
use super::shown::Meter;
use super::state::{View, show};
use crate::Api;
use crate::openapi::{Guarded, Invalid, NotFound, Unavailable};
use crate::page::{Page, PageParams, PageRequest};
use crate::partner::list_scope;
use crate::request::{Fields, FromFields, Params, parse};

/// Which meters, and when.
#[derive(utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct MeterParams {
    /// The month whose settings, status and coverage are shown; by default the current one
    #[param(value_type = Option<String>, example = "2026-09")]
    month: Option<Month>,
    /// Only this partner's
    partner_id: Option<Uuid>,
}

impl FromFields for MeterParams {
    fn from_fields(fields: &mut Fields) -> Option<Self> {
        let month = fields.optional("month", parse::month);
        let partner_id = fields.optional("partner_id", parse::uuid);
        Some(Self { month, partner_id })
    }
}

/// The last meter of a page: an appliance's id is its own claim, so two partners may have the same.
type Place = (Uuid, Uuid);

/// Which meters of the list.
#[derive(utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct FilterParams {
    /// Only those that upload by themselves, or do not
    connectivity: Option<Connectivity>,
    /// Only those registered after this instant
    registered_after: Option<DateTime<Utc>>,
    /// `deregistered`: also those that are registered no more
    #[param(value_type = Option<String>, example = "deregistered")]
    include: Option<&'static str>,
}

impl FromFields for FilterParams {
    fn from_fields(fields: &mut Fields) -> Option<Self> {
        let connectivity =
            fields.optional("connectivity", parse::word(Connectivity::ALL, Connectivity::as_str));
        let registered_after = fields.optional("registered_after", parse::instant);
        let include = fields.optional("include", parse::word(&["deregistered"], |word| word));
        Some(Self { connectivity, registered_after, include })
    }
}

/// What the query of a list says.
pub struct ListParams {
    meters: MeterParams,
    filter: FilterParams,
    page: PageRequest<Place>,
}

impl FromFields for ListParams {
    fn from_fields(fields: &mut Fields) -> Option<Self> {
        let (meters, filter) = (MeterParams::from_fields(fields), FilterParams::from_fields(fields));
        let page = PageRequest::from_fields(fields);
        Some(Self { meters: meters?, filter: filter?, page: page? })
    }
}

impl View {
    /// The month asked for, or the current one.
    pub fn of(api: &Api, month: Option<Month>) -> Self {
        let now = api.clock.now();
        Self { month: month.unwrap_or_else(|| month_of(now.date_naive())), now }
    }
}

/// Lists the registered meters that the caller sees, by partner and id.
#[utoipa::path(
    tag = "meters",
    params(MeterParams, FilterParams, PageParams),
    responses((status = 200, description = "A page of meters", body = Page<Meter>), Guarded, NotFound, Invalid, Unavailable),
    security(("bearer" = [])),
)]
#[get("/v1/meters")]
pub async fn list_meters(
    caller: Authorized<MayRead>,
    api: Data<Api>,
    params: Params<ListParams>,
) -> Result<Json<Page<Meter>>, ApiError> {
    let ListParams { meters: MeterParams { month, partner_id }, filter, page } = params.0;
    let scope = list_scope(&caller, partner_id).await?;
    let view = View::of(&api, month);
    let filter = MeterFilter {
        connectivity: filter.connectivity,
        registered_after: filter.registered_after,
        with_deregistered: filter.include.is_some(),
        after: page.after,
    };
    let page = api
        .db
        .run(scope, move |tx| {
            let fetched = meters::list(tx, &filter, page.fetch())?;
            let (meters, next_cursor) = page.cut(fetched, |meter| (meter.organization_id, meter.id));
            Ok::<_, ApiError>(Page { items: show(tx, meters, view)?, next_cursor })
        })
        .await?;
    Ok(Json(page))
}

/// Shows a meter, also one that is registered no more.
#[utoipa::path(
    tag = "meters",
    params(("id" = Uuid, Path, description = "The appliance's own UUID"), MeterParams),
    responses((status = 200, description = "The meter", body = Meter), SeveralPartners, Guarded, NotFound, Invalid, Unavailable),
    security(("bearer" = [])),
)]
#[get("/v1/meters/{id}")]
pub async fn get_meter(
    caller: Authorized<MayRead>,
    api: Data<Api>,
    id: Path<Uuid>,
    params: Params<MeterParams>,
) -> Result<Json<Meter>, ApiError> {
    let Params(MeterParams { month, partner_id }) = params;
    let scope = list_scope(&caller, partner_id).await?;
    let view = View::of(&api, month);
    let id = id.into_inner();
    let shown = api
        .db
        .run(scope, move |tx| {
            let meter = one(tx, id)?;
            show(tx, vec![meter], view)
        })
        .await?;
    shown.into_iter().next().map(Json).ok_or(ApiError::NotFound("meter"))
}
