//! `PATCH /v1/users/{id}`.

use actix_web::patch;
use actix_web::web::{Data, Json, Path};
use chrono::{DateTime, Utc};
use platform::audit::{self, Event, Origin};
use platform::auth::{self, Authorized, MayManageUsers};
use platform::problem::ApiError;
use schema::Tx;
use schema::identity::{self, accounts, password_links, refresh_tokens};
use schema::types::Role;
use serde_json::json;
use utoipa::ToSchema;
use uuid::Uuid;

use super::invitation::check_role;
use super::managed;
use super::shown::User;
use crate::Api;
use crate::openapi::{Change, Guarded, Invalid, NotFound, Unavailable};
use crate::request::{Body, Fields, FromFields, parse};
use crate::standing::{confirm, hold_own};

/// What is to be different; what is absent stays.
#[derive(Debug, Clone, Copy, Default, ToSchema)]
pub struct UserChange {
    /// One of their organization's kind.
    pub role: Option<Role>,
    /// Whether they may not log in any more.
    pub disabled: Option<bool>,
}

impl FromFields for UserChange {
    fn from_fields(fields: &mut Fields) -> Option<Self> {
        let role = fields.optional("role", parse::word(Role::ALL, Role::as_str));
        Some(Self { role, disabled: fields.flag("disabled") })
    }
}

/// Who changes a user, when.
pub struct Changer {
    origin: Origin,
    user: Option<auth::User>,
    /// Business time.
    pub now: DateTime<Utc>,
    machine_now: DateTime<Utc>,
}

impl Changer {
    /// The caller, now.
    pub fn of(caller: &Authorized<MayManageUsers>, api: &Api) -> Self {
        let (now, machine_now) = (api.clock.now(), api.clock.machine_now());
        Self { origin: caller.origin().clone(), user: caller.user().copied(), now, machine_now }
    }

    /// Refuses a caller of the user's own organization who was disabled or got another role.
    pub fn hold_standing(&self, tx: &mut Tx<'_>) -> Result<(), ApiError> {
        hold_own(tx, self.user)
    }

    /// Adds an entry to the audit.
    pub fn record(&self, tx: &mut Tx<'_>, event: Event) -> Result<(), ApiError> {
        Ok(audit::record(tx, &self.origin, event, self.now)?)
    }
}

/// Gives a user another role, disables or enables them.
///
/// A disabled user cannot log in, and their log-ins end; access tokens live out their minutes. Nobody changes
/// themselves (409 `own-account`), and an organization keeps an admin who is not disabled (409 `last-admin`).
#[utoipa::path(
    tag = "users",
    params(("id" = Uuid, Path, description = "The user")),
    request_body = UserChange,
    responses(
        (status = 200, description = "The user as they are now", body = User),
        Guarded, NotFound, Invalid, Change, Unavailable,
    ),
    security(("bearer" = [])),
)]
#[patch("/v1/users/{id}")]
pub async fn change_user(
    caller: Authorized<MayManageUsers>,
    api: Data<Api>,
    id: Path<Uuid>,
    body: Body<UserChange>,
) -> Result<Json<User>, ApiError> {
    confirm(&caller, &api).await?;
    let scope = managed::scope_of_user(&caller, &api, *id).await?;
    let changer = Changer::of(&caller, &api);
    let user = api.db.run(scope, move |tx| change(tx, *id, body.value, &changer)).await?;
    Ok(Json(user.into()))
}

/// Changes a user of the transaction's organization.
pub fn change(
    tx: &mut Tx<'_>,
    id: Uuid,
    wanted: UserChange,
    changer: &Changer,
) -> Result<identity::User, ApiError> {
    // Whoever else takes an admin away waits here, so that two cannot take the last two.
    let admins = accounts::lock_enabled_admins(tx)?;
    changer.hold_standing(tx)?;
    let user = accounts::lock(tx, id)?.ok_or(ApiError::NotFound("user"))?;
    let was_disabled = user.disabled_at.is_some();
    let role = wanted.role.unwrap_or(user.role);
    let disabled = wanted.disabled.unwrap_or(was_disabled);
    if (role, disabled) == (user.role, was_disabled) {
        return Ok(user);
    }
    check_role(tx, role)?;
    if admins == [id] && (disabled || !role.is_admin()) {
        return Err(ApiError::conflict("last-admin", "their organization has no other admin"));
    }
    if changer.user.is_some_and(|user| user.id == id) {
        return Err(ApiError::conflict(
            "own-account",
            "nobody changes their own role, or disables themselves",
        ));
    }
    if role != user.role {
        accounts::set_role(tx, id, role)?;
    }
    if disabled != was_disabled {
        accounts::set_disabled(tx, id, disabled.then_some(changer.now))?;
    }
    if disabled {
        password_links::withdraw(tx, id)?;
        refresh_tokens::revoke_families(tx, id, None, changer.machine_now)?;
    }
    let event = Event::new("user.change", "user", id)
        .before(json!({ "role": user.role, "disabled": was_disabled }))
        .after(json!({ "role": role, "disabled": disabled }));
    changer.record(tx, event)?;
    identity::find(tx, id)?.ok_or(ApiError::NotFound("user"))
}
