//! Whether a caller is still who their access token says.

use platform::auth::{Authorized, Right};
use platform::problem::ApiError;
use schema::identity;

use crate::Api;

/// Refuses a user who was disabled or got another role. Their access token lives on for minutes, which must not be
/// enough to come back by: whatever makes users, links or keys asks here first.
pub async fn confirm<R: Right>(caller: &Authorized<R>, api: &Api) -> Result<(), ApiError> {
    let Some(user) = caller.user().copied() else { return Ok(()) };
    let own = caller.scope_of(None).await?;
    let known = api.db.run(own, move |tx| Ok::<_, ApiError>(identity::find(tx, user.id)?)).await?;
    match known {
        Some(known) if known.disabled_at.is_some() || known.role != user.role => Err(ApiError::Unauthorized),
        Some(_) | None => Ok(()),
    }
}
