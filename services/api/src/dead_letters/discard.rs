//! `DELETE /v1/dead-letters/{id}`.

use actix_web::web::{Data, Path};
use actix_web::{HttpResponse, delete};
use platform::auth::{Authorized, OperatorAdmin};
use platform::problem::{ApiError, Problem};
use uuid::Uuid;

use super::end;
use super::replay::{ending, home};
use crate::Api;
use crate::openapi::{Guarded, Invalid, NotFound, Unavailable};
use crate::request::{Fields, FromFields, Params, parse};

/// Of the reason.
const REASON_CHARACTERS_MAX: usize = 512;

/// Why
#[derive(utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct DropParams {
    /// Why nobody needs it any more: kept with it, and in the audit
    #[param(min_length = 1, max_length = 512)]
    reason: String,
}

impl FromFields for DropParams {
    fn from_fields(fields: &mut Fields) -> Option<Self> {
        Some(Self { reason: fields.required("reason", parse::text(REASON_CHARACTERS_MAX))? })
    }
}

/// Gives a message up for good. The dead letter stays as history.
///
/// An upload or unit that it was about stays unfinished, and the 24-hour aggregation goes on trying it: only its success,
/// or healing what it fails of, ends that.
#[utoipa::path(
    tag = "machinery",
    params(("id" = Uuid, Path, description = "As the list names it"), DropParams),
    responses(
        (status = 204, description = "Dropped"),
        (status = 409, description = "It has ended", body = Problem, content_type = "application/problem+json"),
        Guarded, NotFound, Invalid, Unavailable,
    ),
    security(("bearer" = [])),
)]
#[delete("/v1/dead-letters/{id}")]
pub async fn drop_dead_letter(
    caller: Authorized<OperatorAdmin>,
    api: Data<Api>,
    id: Path<Uuid>,
    params: Params<DropParams>,
) -> Result<HttpResponse, ApiError> {
    let ending = ending(&caller, &api);
    let home = home(&caller, &api, *id).await?;
    let reason = params.0.reason;
    api.db.run(home, move |tx| end::discard(tx, *id, &reason, &ending)).await?;
    Ok(HttpResponse::NoContent().finish())
}
