//! Whose users a caller manages: an admin those of their own organization, the operator's admin those of all.

use platform::auth::{Authorized, MayManageUsers};
use platform::problem::ApiError;
use schema::types::Role;
use schema::{Scope, identity};
use uuid::Uuid;

use crate::Api;

/// The scope of users in one organization, by default the caller's own; 404 for those that are not the caller's to manage.
pub async fn scope_of(
    caller: &Authorized<MayManageUsers>,
    organization_id: Option<Uuid>,
) -> Result<Scope, ApiError> {
    let is_own = organization_id.is_none_or(|id| id == caller.organization_id());
    if is_own || manages_all(caller) {
        caller.scope_of(organization_id).await
    } else {
        Err(ApiError::NotFound("organization"))
    }
}

/// The scope of all users whom the caller manages.
pub async fn scope(caller: &Authorized<MayManageUsers>) -> Result<Scope, ApiError> {
    if manages_all(caller) { caller.scope().await } else { caller.scope_of(None).await }
}

/// The scope of a user's organization, in which they can be changed; 404 for those whom the caller does not manage.
pub async fn scope_of_user(
    caller: &Authorized<MayManageUsers>,
    api: &Api,
    id: Uuid,
) -> Result<Scope, ApiError> {
    let scope = scope(caller).await?;
    let found = api.db.run(scope.clone(), move |tx| Ok::<_, ApiError>(identity::find(tx, id)?)).await?;
    let user = found.ok_or(ApiError::NotFound("user"))?;
    scope.narrow(user.organization_id).ok_or(ApiError::NotFound("user"))
}

fn manages_all(caller: &Authorized<MayManageUsers>) -> bool {
    caller.role() == Some(Role::OperatorAdmin)
}
