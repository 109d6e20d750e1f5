//! Refresh tokens: each works once, and the use of a used one revokes its family.
//!
//! What uses or revokes a user's tokens first locks the user: a revocation would not see the replacement that somebody
//! else stores at that moment.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use uuid::Uuid;

use super::accounts;
use crate::Tx;
use crate::machinery::organization_of_refresh_token;
use crate::schema::refresh_tokens as tokens;

/// A token to remember by its digest.
#[derive(Debug)]
pub struct NewRefreshToken<'a> {
    /// SHA-256 of the token.
    pub token_sha256: &'a [u8],
    /// By the machine's clock.
    pub expires_at: DateTime<Utc>,
}

/// What became of a token that was handed in.
#[derive(Debug, PartialEq, Eq)]
pub enum Rotation {
    /// It was good: it is used now, and its replacement is stored.
    Rotated {
        /// Whose session it is.
        user_id: Uuid,
    },
    /// It had been used or revoked before: somebody has a copy, so the whole family is revoked.
    Reused {
        /// Whose session ends by it; none when it had ended before.
        ended: Option<Uuid>,
    },
    /// Its time is over.
    Expired,
    /// There is no such token.
    Unknown,
}

/// The organization of a token. The machinery asks: the tenant is not known yet.
pub fn organization_of(tx: &mut Tx<'_>, token_sha256: &[u8]) -> QueryResult<Option<Uuid>> {
    diesel::select(organization_of_refresh_token(token_sha256)).get_result(tx.machinery()?)
}

/// Stores the first token of a new family: a log-in.
pub fn start_family(
    tx: &mut Tx<'_>,
    user_id: Uuid,
    family_id: Uuid,
    token: &NewRefreshToken<'_>,
) -> QueryResult<()> {
    diesel::insert_into(tokens::table)
        .values((
            tokens::organization_id.eq(tx.organization()?),
            tokens::token_sha256.eq(token.token_sha256),
            tokens::user_id.eq(user_id),
            tokens::family_id.eq(family_id),
            tokens::expires_at.eq(token.expires_at),
        ))
        .execute(tx.conn())?;
    Ok(())
}

/// Uses a token and stores its replacement. [`Rotation::Reused`] is an answer and no error, so that the revocation is
/// committed.
pub fn rotate(
    tx: &mut Tx<'_>,
    token_sha256: &[u8],
    replacement: &NewRefreshToken<'_>,
    machine_now: DateTime<Utc>,
) -> QueryResult<Rotation> {
    // Two requests with one token: the second waits here and finds it used.
    let Some(user_id) = lock_user_of(tx, token_sha256)? else { return Ok(Rotation::Unknown) };
    let this = tokens::table
        .filter(tokens::organization_id.eq(tx.organization()?))
        .filter(tokens::token_sha256.eq(token_sha256));
    let found = this
        .select((tokens::family_id, tokens::expires_at, tokens::used_at, tokens::revoked_at))
        .for_update()
        .first::<(Uuid, DateTime<Utc>, Option<DateTime<Utc>>, Option<DateTime<Utc>>)>(tx.conn())
        .optional()?;
    let Some((family_id, expires_at, used_at, revoked_at)) = found else { return Ok(Rotation::Unknown) };
    if used_at.is_some() || revoked_at.is_some() {
        let ended = revoke(tx, family_id, machine_now)? > 0;
        return Ok(Rotation::Reused { ended: ended.then_some(user_id) });
    }
    if expires_at <= machine_now {
        return Ok(Rotation::Expired);
    }
    diesel::update(this).set(tokens::used_at.eq(machine_now)).execute(tx.conn())?;
    start_family(tx, user_id, family_id, replacement)?;
    Ok(Rotation::Rotated { user_id })
}

/// Revokes the family of a token: a log-out. Returns whose session it was; unknown tokens, and those of families that
/// are revoked already, change nothing.
pub fn revoke_family_of(
    tx: &mut Tx<'_>,
    token_sha256: &[u8],
    machine_now: DateTime<Utc>,
) -> QueryResult<Option<Uuid>> {
    let Some(user_id) = lock_user_of(tx, token_sha256)? else { return Ok(None) };
    let token = tokens::table
        .filter(tokens::organization_id.eq(tx.organization()?))
        .filter(tokens::token_sha256.eq(token_sha256));
    let family_id: Option<Uuid> = token.select(tokens::family_id).first(tx.conn()).optional()?;
    let Some(family_id) = family_id else { return Ok(None) };
    Ok((revoke(tx, family_id, machine_now)? > 0).then_some(user_id))
}

/// Revokes a user's families: they have another password, or are disabled. The family of `except` goes on.
pub fn revoke_families(
    tx: &mut Tx<'_>,
    user_id: Uuid,
    except: Option<&[u8]>,
    machine_now: DateTime<Utc>,
) -> QueryResult<()> {
    let organization_id = tx.organization()?;
    accounts::lock(tx, user_id)?;
    let token = tokens::table
        .filter(tokens::organization_id.eq(organization_id))
        .filter(tokens::token_sha256.nullable().eq(except));
    let spared: Option<Uuid> = token.select(tokens::family_id).first(tx.conn()).optional()?;
    let families = tokens::table
        .filter(tokens::organization_id.eq(organization_id))
        .filter(tokens::user_id.eq(user_id))
        .filter(tokens::family_id.ne(spared.unwrap_or(Uuid::nil())))
        .filter(tokens::revoked_at.is_null());
    diesel::update(families).set(tokens::revoked_at.eq(machine_now)).execute(tx.conn())?;
    Ok(())
}

/// Whose token it is: of this user nobody else uses or revokes a token until this transaction ends.
fn lock_user_of(tx: &mut Tx<'_>, token_sha256: &[u8]) -> QueryResult<Option<Uuid>> {
    let token = tokens::table
        .filter(tokens::organization_id.eq(tx.organization()?))
        .filter(tokens::token_sha256.eq(token_sha256));
    let user_id: Option<Uuid> = token.select(tokens::user_id).first(tx.conn()).optional()?;
    let Some(user_id) = user_id else { return Ok(None) };
    accounts::lock(tx, user_id)?;
    Ok(Some(user_id))
}

fn revoke(tx: &mut Tx<'_>, family_id: Uuid, machine_now: DateTime<Utc>) -> QueryResult<usize> {
    let family = tokens::table
        .filter(tokens::organization_id.eq(tx.organization()?))
        .filter(tokens::family_id.eq(family_id))
        .filter(tokens::revoked_at.is_null());
    diesel::update(family).set(tokens::revoked_at.eq(machine_now)).execute(tx.conn())
}

/// Deletes the organization's tokens that expired before an instant; returns how many.
pub fn sweep(tx: &mut Tx<'_>, expired_before: DateTime<Utc>) -> QueryResult<usize> {
    let expired = tokens::table
        .filter(tokens::organization_id.eq(tx.organization()?))
        .filter(tokens::expires_at.lt(expired_before));
    diesel::delete(expired).execute(tx.conn())
}
