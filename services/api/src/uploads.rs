//! Usage data files and what became of them. They come in through another door: `POST /v1/uploads`.

mod file;
mod read;

use utoipa_actix_web::service_config::ServiceConfig;

/// Adds the endpoints.
pub fn configure(cfg: &mut ServiceConfig<'_>) {
    cfg.service(read::list_uploads).service(read::get_upload).service(file::get_upload_file);
}
