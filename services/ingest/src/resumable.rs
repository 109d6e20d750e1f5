//! Files that come in parts, over slow links: tus 1.0 at `/v1/uploads/resumable`.
//!
//! An upload is a row, which says how many of its bytes are on the disk, and a partial file in the store. Bytes are
//! synced before the row says that they are there, so that what a client is told holds whatever crashes. A lock on the
//! file keeps a second writer out, in this process or another. With the last byte the file takes the way of every
//! other upload; that may be done again, by whoever asks for the upload next or by the sweep, until its outcome is in the
//! row.

mod about;
mod append;
mod create;
mod described;
mod finish;
mod found;
pub(crate) mod headers;
mod look;
pub mod sweep;
mod tus;
pub mod whole;
mod writer;

use utoipa_actix_web::service_config::ServiceConfig;

/// Adds the endpoints.
pub fn configure(cfg: &mut ServiceConfig<'_>) {
    cfg.service(about::options)
        .service(create::create)
        .service(look::head)
        .service(look::get)
        .service(append::patch)
        .service(append::terminate)
        .service(append::overridden);
}
