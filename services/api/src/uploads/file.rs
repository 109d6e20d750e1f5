//! `GET /v1/uploads/{id}/file`.

use actix_web::body::SizedStream;
use actix_web::http::header::{CONTENT_DISPOSITION, ContentEncoding, X_CONTENT_TYPE_OPTIONS};
use actix_web::web::{Data, Path};
use actix_web::{HttpResponse, get};
use platform::audit::{self, Event, Origin};
use platform::auth::{Authorized, MayReadUploads};
use platform::calendar::month_of;
use platform::problem::ApiError;
use platform::store::{Digest, StoreError};
use schema::Scope;
use schema::uploads::Upload;
use serde_json::json;
use std::fs::File;
use uuid::Uuid;

use super::read::fetch;
use crate::Api;
use crate::download::file_stream;
use crate::openapi::{Guarded, NotFound, Unavailable};

/// Gives the bytes of an upload as they were received, also of a refused one.
#[utoipa::path(
    tag = "uploads",
    params(("id" = Uuid, Path, description = "As the answer to the upload names it")),
    responses(
        (status = 200, description = "The file", body = Vec<u8>, content_type = "application/octet-stream", headers(("Content-Disposition" = String))),
        Guarded, NotFound, Unavailable,
    ),
    security(("bearer" = [])),
)]
#[get("/v1/uploads/{id}/file")]
pub async fn get_upload_file(
    caller: Authorized<MayReadUploads>,
    api: Data<Api>,
    id: Path<Uuid>,
) -> Result<HttpResponse, ApiError> {
    let (scope, origin) = (caller.scope().await?, caller.origin().clone());
    let upload = fetch(&api, scope.clone(), id.into_inner(), caller.meter_id()).await?;
    let name = file_name(&upload);
    let digest: Digest = upload.sha256.as_slice().try_into().map_err(ApiError::internal)?;
    let store = api.store.clone();
    let opened = tokio::task::spawn_blocking(move || {
        let file = store.open(&digest)?;
        let size = file.metadata()?.len();
        Ok::<(File, u64), StoreError>((file, size))
    });
    let (file, size) = opened.await.map_err(ApiError::internal)??;
    tell(&api, scope, upload, origin).await?;
    Ok(HttpResponse::Ok()
        .content_type("application/octet-stream")
        .insert_header((CONTENT_DISPOSITION, format!("attachment; filename=\"{name}\"")))
        .insert_header((X_CONTENT_TYPE_OPTIONS, "nosniff"))
        // It is an archive: compressing it again on the way would be for nothing.
        .insert_header(ContentEncoding::Identity)
        .body(SizedStream::new(size, file_stream(file))))
}

/// Puts the download into the audit of whose file it is, before the first byte leaves.
async fn tell(api: &Api, scope: Scope, upload: Upload, origin: Origin) -> Result<(), ApiError> {
    let scope = scope.narrow(upload.organization_id).ok_or(ApiError::NotFound("upload"))?;
    let now = api.clock.now();
    let taken = json!({"sha256": hex::encode(&upload.sha256), "size_bytes": upload.size_bytes});
    let event = Event::new("upload.download", "upload", upload.id).after(taken);
    api.db.run(scope, move |tx| Ok(audit::record(tx, &origin, event, now)?)).await
}

/// As meters name their files; by the upload's id where the manifest could not be read.
fn file_name(upload: &Upload) -> String {
    match (upload.meter_id, upload.month) {
        (Some(meter_id), Some(month)) => format!("{meter_id}_{}.data", month_of(month)),
        _ => format!("{}.data", upload.id),
    }
}
