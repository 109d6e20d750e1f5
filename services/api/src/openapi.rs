//! The description of the API, generated from the handlers.

mod document;
mod limits;
mod machinery;
mod responses;

use actix_web::{App, HttpResponse, web};
use utoipa::openapi::OpenApi;
use utoipa_actix_web::AppExt;

pub use self::document::base;
pub use self::limits::with_limits;
pub use self::responses::{
    Change, Creation, Guarded, Invalid, LockedOut, NotFound, SignIn, TakesJson, Unavailable,
};

/// The description of this service's own endpoints.
pub fn openapi() -> OpenApi {
    let (_, document) =
        App::new().into_utoipa_app().openapi(base()).configure(crate::configure).split_for_parts();
    with_limits(document)
}

/// Adds `/openapi.json`, which gives this document.
pub fn serve(document: &OpenApi) -> impl FnOnce(&mut web::ServiceConfig) + use<> {
    // It never changes while the process lives.
    let text = serde_json::to_string(document).map(web::Bytes::from);
    move |cfg| {
        if let Err(error) = &text {
            tracing::error!(%error, "the description of the API has no JSON form");
        }
        let body = text.unwrap_or_default();
        let answer = move || {
            let body = body.clone();
            async { HttpResponse::Ok().content_type("application/json").body(body) }
        };
        cfg.route("/openapi.json", web::get().to(answer));
    }
}
