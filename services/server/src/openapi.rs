//! The description of the API, collected from the handlers of all services.

use actix_web::App;
use std::io::Write;
use utoipa::openapi::OpenApi;
use utoipa_actix_web::AppExt;

use crate::error::ServerError;

/// The description, whichever role asks for it.
pub fn document() -> OpenApi {
    let app = App::new().into_utoipa_app().openapi(api::openapi_base());
    api::with_limits(app.configure(ingest::configure).configure(api::configure).split_for_parts().1)
}

/// The description as it is committed: JSON, always in the same order.
pub fn text() -> Result<String, serde_json::Error> {
    Ok(document().to_pretty_json()? + "\n")
}

/// Prints the description as it is committed.
pub fn print() -> Result<(), ServerError> {
    std::io::stdout().write_all(text()?.as_bytes())?;
    Ok(())
}
