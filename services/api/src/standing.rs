//! Whether a caller is still who their access token says.

use platform::auth::{Authorized, Right, User};
use platform::problem::ApiError;
use schema::Tx;
use schema::identity::accounts;

use crate::Api;

/// Refuses a user who was disabled or got another role. Their access token lives on for minutes, which must not be
/// enough to come back by: whatever makes users, links or keys asks here first. Where the work is of another organization
/// than the caller's, so that no one transaction sees both; [`hold_own`] does it else.
pub async fn confirm<R: Right>(caller: &Authorized<R>, api: &Api) -> Result<(), ApiError> {
    let Some(user) = caller.user().copied() else { return Ok(()) };
    let own = caller.scope_of(None).await?;
    api.db.run(own, move |tx| hold(tx, Some(user))).await
}

/// The same in the transaction of the work, if that is of the caller's own organization.
pub fn hold_own(tx: &mut Tx<'_>, user: Option<User>) -> Result<(), ApiError> {
    let own = tx.organization()?;
    hold(tx, user.filter(|user| user.organization_id == own))
}

/// The same in a transaction of the user's own organization, until whose end it stays so.
pub fn hold(tx: &mut Tx<'_>, user: Option<User>) -> Result<(), ApiError> {
    let Some(user) = user else { return Ok(()) };
    match accounts::hold_standing(tx, user.id)? {
        Some((role, disabled_at)) if disabled_at.is_some() || role != user.role => {
            Err(ApiError::Unauthorized)
        }
        Some(_) | None => Ok(()),
    }
}
