//! `DELETE /v1/api-keys/{id}`.

use actix_web::web::{Data, Path};
use actix_web::{HttpResponse, delete};
use platform::audit::{self, Event};
use platform::auth::{Authorized, MayManageKeys};
use platform::problem::ApiError;
use schema::api_keys;
use serde_json::json;
use uuid::Uuid;

use crate::Api;
use crate::openapi::{Guarded, NotFound, Unavailable};

/// Revokes an API key of the caller's own organization, from the next request on.
///
/// It stays in the list. Revoking it again changes nothing.
#[utoipa::path(
    tag = "identity",
    params(("id" = Uuid, Path, description = "The key's id, which is no secret")),
    responses((status = 204, description = "Revoked"), Guarded, NotFound, Unavailable),
    security(("bearer" = [])),
)]
#[delete("/v1/api-keys/{id}")]
pub async fn revoke_api_key(
    caller: Authorized<MayManageKeys>,
    api: Data<Api>,
    id: Path<Uuid>,
) -> Result<HttpResponse, ApiError> {
    let (origin, now, id) = (caller.origin().clone(), api.clock.now(), *id);
    api.db
        .run(caller.scope_of(None).await?, move |tx| {
            let key = api_keys::find(tx, id)?.ok_or(ApiError::NotFound("API key"))?;
            if api_keys::revoke(tx, id, now)? {
                let event = Event::new("api-key.revoke", "api-key", id)
                    .before(json!({ "revoked_at": key.revoked_at }))
                    .after(json!({ "revoked_at": now }));
                audit::record(tx, &origin, event, now)?;
            }
            Ok::<_, ApiError>(())
        })
        .await?;
    Ok(HttpResponse::NoContent().finish())
}
