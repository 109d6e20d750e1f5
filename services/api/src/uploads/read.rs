//! `GET /v1/uploads` and `GET /v1/uploads/{id}`.

use actix_web::get;
use actix_web::web::{Data, Json, Path};
use chrono::{DateTime, Utc};
use metering::Month;
use platform::auth::{Authorized, MayReadUploads};
use platform::calendar::first_day;
use platform::problem::ApiError;
use platform::wire::Upload;
use schema::types::UploadStatus;
use schema::uploads::{self, UploadCursor, UploadFilter};
use schema::{Scope, Tx};
use uuid::Uuid;

use crate::Api;
use crate::openapi::{Guarded, Invalid, NotFound, Unavailable};
use crate::page::{Page, PageParams, PageRequest};
use crate::partner::list_scope;
use crate::request::{Fields, FromFields, Params, parse};

/// Which uploads.
#[derive(utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct UploadParams {
    /// Only of this meter
    meter_id: Option<Uuid>,
    /// Only of this month, as their manifests name it
    #[param(value_type = Option<String>, example = "2026-09")]
    month: Option<Month>,
    /// Only those that have come this far
    status: Option<UploadStatus>,
    /// Only this partner's
    partner_id: Option<Uuid>,
    #[param(ignore)]
    page: PageRequest<(DateTime<Utc>, Uuid)>,
}

impl FromFields for UploadParams {
    fn from_fields(fields: &mut Fields) -> Option<Self> {
        let meter_id = fields.optional("meter_id", parse::uuid);
        let month = fields.optional("month", parse::month);
        let status = fields.optional("status", parse::word(UploadStatus::ALL, UploadStatus::as_str));
        let partner_id = fields.optional("partner_id", parse::uuid);
        let page = PageRequest::from_fields(fields)?;
        Some(Self { meter_id, month, status, partner_id, page })
    }
}

/// Lists the uploads that the caller sees, newest first.
#[utoipa::path(
    tag = "uploads",
    params(UploadParams, PageParams),
    responses((status = 200, description = "A page of uploads", body = Page<Upload>), Guarded, NotFound, Invalid, Unavailable),
    security(("bearer" = [])),
)]
#[get("/v1/uploads")]
pub async fn list_uploads(
    caller: Authorized<MayReadUploads>,
    api: Data<Api>,
    params: Params<UploadParams>,
) -> Result<Json<Page<Upload>>, ApiError> {
    let UploadParams { meter_id, month, status, partner_id, page } = params.0;
    let scope = list_scope(&caller, partner_id).await?;
    // A meter sees its own, whatever else it asks for.
    let meter_id = match (caller.meter_id(), meter_id) {
        (Some(own), Some(asked)) if own != asked => return Err(ApiError::NotFound("meter")),
        (Some(own), _) => Some(own),
        (None, asked) => asked,
    };
    let after = page.after.map(|(received_at, id)| UploadCursor { received_at, id });
    let filter = UploadFilter { meter_id, month: month.map(first_day), status, after };
    let deadline = api.deadline;
    let page = api
        .db
        .run(scope, move |tx| {
            let fetched = uploads::list(tx, &filter, page.fetch())?;
            let (uploads, next_cursor) = page.cut(fetched, |upload| (upload.received_at, upload.id));
            Ok::<_, ApiError>(Page { items: Upload::assemble(tx, uploads, deadline)?, next_cursor })
        })
        .await?;
    Ok(Json(page))
}

/// Shows an upload.
#[utoipa::path(
    tag = "uploads",
    params(("id" = Uuid, Path, description = "As the answer to the upload names it")),
    responses((status = 200, description = "The upload", body = Upload), Guarded, NotFound, Unavailable),
    security(("bearer" = [])),
)]
#[get("/v1/uploads/{id}")]
pub async fn get_upload(
    caller: Authorized<MayReadUploads>,
    api: Data<Api>,
    id: Path<Uuid>,
) -> Result<Json<Upload>, ApiError> {
    let (scope, meter_id, deadline) = (caller.scope().await?, caller.meter_id(), api.deadline);
    let id = id.into_inner();
    let shown = api
        .db
        .run(scope, move |tx| {
            let upload = find(tx, id, meter_id)?;
            Ok::<_, ApiError>(Upload::assemble(tx, vec![upload], deadline)?)
        })
        .await?;
    shown.into_iter().next().map(Json).ok_or(ApiError::NotFound("upload"))
}

/// An upload in scope; for a meter, of that meter.
fn find(tx: &mut Tx<'_>, id: Uuid, meter_id: Option<Uuid>) -> Result<uploads::Upload, ApiError> {
    let upload = uploads::find(tx, id)?;
    upload
        .filter(|upload| meter_id.is_none() || upload.meter_id == meter_id)
        .ok_or(ApiError::NotFound("upload"))
}

/// The record of an upload that the caller sees.
pub async fn fetch(
    api: &Api,
    scope: Scope,
    id: Uuid,
    meter_id: Option<Uuid>,
) -> Result<uploads::Upload, ApiError> {
    api.db.run(scope, move |tx| find(tx, id, meter_id)).await
}
