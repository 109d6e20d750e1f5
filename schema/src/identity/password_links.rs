//! One-time links by which users set a password: at most one a user, known by its digest.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use uuid::Uuid;

use crate::Tx;
use crate::machinery::organization_of_password_link;
use crate::schema::password_links as links;

/// The organization of a link. The machinery asks: the tenant is not known yet.
pub fn organization_of(tx: &mut Tx<'_>, token_sha256: &[u8]) -> QueryResult<Option<Uuid>> {
    diesel::select(organization_of_password_link(token_sha256)).get_result(tx.machinery()?)
}

/// Makes this the user's link; one that they had is good no more.
pub fn replace(
    tx: &mut Tx<'_>,
    user_id: Uuid,
    token_sha256: &[u8],
    expires_at: DateTime<Utc>,
) -> QueryResult<()> {
    let is_set_to = (links::token_sha256.eq(token_sha256), links::expires_at.eq(expires_at));
    diesel::insert_into(links::table)
        .values((links::organization_id.eq(tx.organization()?), links::user_id.eq(user_id), is_set_to))
        .on_conflict((links::organization_id, links::user_id))
        .do_update()
        .set(is_set_to)
        .execute(tx.conn())?;
    Ok(())
}

/// The user of a link that is still good.
pub fn user_of(
    tx: &mut Tx<'_>,
    token_sha256: &[u8],
    machine_now: DateTime<Utc>,
) -> QueryResult<Option<Uuid>> {
    links::table
        .filter(links::organization_id.eq(tx.organization()?))
        .filter(links::token_sha256.eq(token_sha256))
        .filter(links::expires_at.gt(machine_now))
        .select(links::user_id)
        .first(tx.conn())
        .optional()
}

/// Uses a link up: whether it was still there. Of two who use it at once, one finds it gone.
pub fn use_up(tx: &mut Tx<'_>, token_sha256: &[u8], machine_now: DateTime<Utc>) -> QueryResult<bool> {
    let link = links::table
        .filter(links::organization_id.eq(tx.organization()?))
        .filter(links::token_sha256.eq(token_sha256))
        .filter(links::expires_at.gt(machine_now));
    Ok(diesel::delete(link).execute(tx.conn())? == 1)
}

/// Takes a user's link away, if they have one.
pub fn withdraw(tx: &mut Tx<'_>, user_id: Uuid) -> QueryResult<()> {
    diesel::delete(links::table.find((tx.organization()?, user_id))).execute(tx.conn())?;
    Ok(())
}
