//! `DELETE /v1/meters/{id}`.

use actix_web::web::{Data, Path};
use actix_web::{HttpResponse, delete};
use platform::audit::Event;
use platform::auth::{Authorized, MayManageMeters};
use platform::problem::ApiError;
use schema::Tx;
use schema::meters;
use serde_json::json;
use uuid::Uuid;

use super::changer::{Changer, lock};
use crate::Api;
use crate::openapi::{Guarded, NotFound, Unavailable};

/// De-registers a meter of the caller's own partner.
///
/// Its tokens are revoked, and no file of it is taken any more. Its settings, evidence and reports stay, and registering
/// the same id again brings it back. Doing it again changes nothing.
#[utoipa::path(
    tag = "meters",
    params(("id" = Uuid, Path, description = "The appliance's own UUID")),
    responses((status = 204, description = "De-registered"), Guarded, NotFound, Unavailable),
    security(("bearer" = [])),
)]
#[delete("/v1/meters/{id}")]
pub async fn deregister_meter(
    caller: Authorized<MayManageMeters>,
    api: Data<Api>,
    id: Path<Uuid>,
) -> Result<HttpResponse, ApiError> {
    let changer = Changer::of(&caller, &api);
    let own = caller.scope_of(None).await?;
    api.db.run(own, move |tx| deregister(tx, *id, &changer)).await?;
    Ok(HttpResponse::NoContent().finish())
}

fn deregister(tx: &mut Tx<'_>, id: Uuid, changer: &Changer) -> Result<(), ApiError> {
    let meter = lock(tx, id)?;
    if meter.deregistered_at.is_some() {
        return Ok(());
    }
    meters::change(tx, &meters::Meter { deregistered_at: Some(changer.now), ..meter })?;
    let tokens_revoked = meters::revoke_tokens(tx, id, changer.machine_now)?;
    let after = json!({ "deregistered_at": changer.now, "tokens_revoked": tokens_revoked });
    changer.record(tx, Event::new("meter.deregister", "meter", id).after(after))
}
