//! `DELETE /v1/meters/{id}/tokens/{token_id}`.

use actix_web::web::{Data, Path};
use actix_web::{HttpResponse, delete};
use platform::audit::Event;
use platform::auth::{Authorized, MayManageMeters};
use platform::problem::ApiError;
use schema::Tx;
use schema::meters;
use serde_json::json;
use uuid::Uuid;

use crate::Api;
use crate::meters::changer::{Changer, lock};
use crate::openapi::{Guarded, NotFound, Unavailable};

/// Revokes a token of a meter of the caller's own partner, at once. Doing it again changes nothing.
#[utoipa::path(
    tag = "meters",
    params(
        ("id" = Uuid, Path, description = "The appliance's own UUID"),
        ("token_id" = Uuid, Path, description = "The token's id"),
    ),
    responses((status = 204, description = "Revoked"), Guarded, NotFound, Unavailable),
    security(("bearer" = [])),
)]
#[delete("/v1/meters/{id}/tokens/{token_id}")]
pub async fn revoke_meter_token(
    caller: Authorized<MayManageMeters>,
    api: Data<Api>,
    path: Path<(Uuid, Uuid)>,
) -> Result<HttpResponse, ApiError> {
    let (meter_id, token_id) = path.into_inner();
    let changer = Changer::of(&caller, &api);
    let own = caller.scope_of(None).await?;
    api.db.run(own, move |tx| revoke(tx, meter_id, token_id, &changer)).await?;
    Ok(HttpResponse::NoContent().finish())
}

fn revoke(tx: &mut Tx<'_>, meter_id: Uuid, token_id: Uuid, changer: &Changer) -> Result<(), ApiError> {
    lock(tx, meter_id)?;
    let token = meters::find_token(tx, meter_id, token_id)?.ok_or(ApiError::NotFound("token"))?;
    if token.revoked_at.is_some() {
        return Ok(());
    }
    meters::revoke_token(tx, meter_id, token_id, changer.machine_now)?;
    let after = json!({ "token_id": token_id });
    changer.record(tx, Event::new("meter.revoke-token", "meter", meter_id).after(after))
}
