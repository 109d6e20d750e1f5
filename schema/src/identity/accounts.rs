//! Changes of users of the transaction's organization.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use uuid::Uuid;

use super::User;
use crate::Tx;
use crate::schema::users;
use crate::types::Role;

/// The admins who are not disabled, by id. Until this transaction ends nobody else changes them, nor looks for them in
/// this way.
pub fn lock_enabled_admins(tx: &mut Tx<'_>) -> QueryResult<Vec<Uuid>> {
    let admin = Role::ALL.iter().copied().filter(|role| role.is_admin());
    users::table
        .filter(users::organization_id.eq(tx.organization()?))
        .filter(users::role.eq_any(admin.collect::<Vec<_>>()))
        .filter(users::disabled_at.is_null())
        .select(users::id)
        .order(users::id)
        .for_no_key_update()
        .load(tx.conn())
}

/// A user whom nobody else changes until this transaction ends.
pub fn lock(tx: &mut Tx<'_>, id: Uuid) -> QueryResult<Option<User>> {
    users::table
        .find((tx.organization()?, id))
        .select(User::as_select())
        .for_no_key_update()
        .first(tx.conn())
        .optional()
}

/// Whether this is still the user's hash and they are not disabled, which nobody changes until this transaction ends.
pub fn lock_password(tx: &mut Tx<'_>, id: Uuid, password_hash: &str) -> QueryResult<bool> {
    let user = users::table
        .find((tx.organization()?, id))
        .filter(users::disabled_at.is_null())
        .filter(users::password_hash.eq(password_hash))
        .select(users::id)
        .for_share();
    Ok(user.first::<Uuid>(tx.conn()).optional()?.is_some())
}

/// A user's role and since when they are disabled, which nobody changes until this transaction ends.
pub fn hold_standing(tx: &mut Tx<'_>, id: Uuid) -> QueryResult<Option<(Role, Option<DateTime<Utc>>)>> {
    let user = users::table.find((tx.organization()?, id));
    user.select((users::role, users::disabled_at)).for_share().first(tx.conn()).optional()
}

/// Gives a user another role.
pub fn set_role(tx: &mut Tx<'_>, id: Uuid, role: Role) -> QueryResult<()> {
    let user = users::table.find((tx.organization()?, id));
    diesel::update(user).set(users::role.eq(role)).execute(tx.conn())?;
    Ok(())
}

/// Disables a user since an instant, or enables them.
pub fn set_disabled(tx: &mut Tx<'_>, id: Uuid, since: Option<DateTime<Utc>>) -> QueryResult<()> {
    let user = users::table.find((tx.organization()?, id));
    diesel::update(user).set(users::disabled_at.eq(since)).execute(tx.conn())?;
    Ok(())
}

/// Gives a user a password by its hash.
pub fn set_password(tx: &mut Tx<'_>, id: Uuid, password_hash: &str) -> QueryResult<()> {
    let user = users::table.find((tx.organization()?, id));
    diesel::update(user).set(users::password_hash.eq(password_hash)).execute(tx.conn())?;
    Ok(())
}
