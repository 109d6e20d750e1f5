//! API keys: some of a role's rights, for a program, until a day.

use chrono::{DateTime, TimeDelta, Utc};
use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::sql_types::Binary;
use uuid::Uuid;

use crate::Tx;
use crate::schema::api_keys;
use crate::types::Role;

/// How exactly the last use of a key is known: at most one write in so long.
const LAST_USE: TimeDelta = TimeDelta::minutes(1);

/// A key as its organization sees it: without its text, which nobody keeps, and without its digest.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = api_keys, check_for_backend(Pg))]
pub struct ApiKey {
    /// UUID v7.
    pub id: Uuid,
    /// As people call it.
    pub name: String,
    /// Its maker's role.
    pub role: Role,
    /// Names of the table of rights.
    pub rights: Vec<String>,
    /// `user:<id>`.
    pub created_by: String,
    /// Business time.
    pub created_at: DateTime<Utc>,
    /// By the machine's clock.
    pub expires_at: DateTime<Utc>,
    /// By the machine's clock, to the minute.
    pub last_used_at: Option<DateTime<Utc>>,
    /// Business time.
    pub revoked_at: Option<DateTime<Utc>>,
}

/// A key to add to the transaction's organization.
#[derive(Debug)]
pub struct NewApiKey<'a> {
    /// UUID v7.
    pub id: Uuid,
    /// As people call it.
    pub name: &'a str,
    /// SHA-256 of its text.
    pub token_sha256: &'a [u8],
    /// Its maker's role.
    pub role: Role,
    /// Names of the table of rights; at least one.
    pub rights: &'a [&'a str],
    /// `user:<id>`.
    pub created_by: &'a str,
    /// Business time.
    pub created_at: DateTime<Utc>,
    /// By the machine's clock.
    pub expires_at: DateTime<Utc>,
}

/// What authentication asks of a key that is not revoked; the minimum, since it is read before a tenant is known.
#[derive(Debug, Clone, PartialEq, Eq, QueryableByName)]
#[diesel(table_name = api_keys, check_for_backend(Pg))]
pub struct KnownKey {
    /// Whose key.
    pub organization_id: Uuid,
    /// The key.
    pub id: Uuid,
    /// Its maker's role.
    pub role: Role,
    /// Names of the table of rights.
    pub rights: Vec<String>,
    /// By the machine's clock.
    pub expires_at: DateTime<Utc>,
    /// By the machine's clock, to the minute.
    pub last_used_at: Option<DateTime<Utc>>,
}

impl KnownKey {
    /// Whether a use now is worth noting: the last one noted is long enough ago.
    pub fn use_is_news(&self, machine_now: DateTime<Utc>) -> bool {
        self.last_used_at.is_none_or(|used| machine_now.signed_duration_since(used) >= LAST_USE)
    }
}

/// The key of a token, unless it is revoked. The machinery asks: the tenant is not known yet.
pub fn by_token(tx: &mut Tx<'_>, token_sha256: &[u8]) -> QueryResult<Option<KnownKey>> {
    diesel::sql_query("SELECT * FROM api_key_of_token($1)")
        .bind::<Binary, _>(token_sha256)
        .get_result(tx.machinery()?)
        .optional()
}

/// Adds a key.
pub fn insert(tx: &mut Tx<'_>, key: &NewApiKey<'_>) -> QueryResult<()> {
    diesel::insert_into(api_keys::table)
        .values((
            api_keys::organization_id.eq(tx.organization()?),
            api_keys::id.eq(key.id),
            api_keys::name.eq(key.name),
            api_keys::token_sha256.eq(key.token_sha256),
            api_keys::role.eq(key.role),
            api_keys::rights.eq(key.rights),
            api_keys::created_by.eq(key.created_by),
            api_keys::created_at.eq(key.created_at),
            api_keys::expires_at.eq(key.expires_at),
        ))
        .execute(tx.conn())?;
    Ok(())
}

/// A key in scope, revoked or not.
pub fn find(tx: &mut Tx<'_>, id: Uuid) -> QueryResult<Option<ApiKey>> {
    api_keys::table
        .filter(api_keys::organization_id.eq_any(tx.organizations()))
        .filter(api_keys::id.eq(id))
        .select(ApiKey::as_select())
        .first(tx.conn())
        .optional()
}

/// The keys in scope, revoked or not, by id, which is the order in which they were made; the next page starts after
/// `after`.
pub fn list(tx: &mut Tx<'_>, after: Option<Uuid>, limit: i64) -> QueryResult<Vec<ApiKey>> {
    api_keys::table
        .filter(api_keys::organization_id.eq_any(tx.organizations()))
        .filter(api_keys::id.gt(after.unwrap_or(Uuid::nil())))
        .select(ApiKey::as_select())
        .order(api_keys::id)
        .limit(limit)
        .load(tx.conn())
}

/// Revokes a key; whether it was good until now.
pub fn revoke(tx: &mut Tx<'_>, id: Uuid, now: DateTime<Utc>) -> QueryResult<bool> {
    let good = api_keys::table
        .filter(api_keys::organization_id.eq(tx.organization()?))
        .filter(api_keys::id.eq(id))
        .filter(api_keys::revoked_at.is_null());
    Ok(diesel::update(good).set(api_keys::revoked_at.eq(now)).execute(tx.conn())? > 0)
}

/// Notes that a key was used, unless somebody just did.
pub fn used(tx: &mut Tx<'_>, id: Uuid, machine_now: DateTime<Utc>) -> QueryResult<()> {
    let key = api_keys::table
        .filter(api_keys::organization_id.eq(tx.organization()?))
        .filter(api_keys::id.eq(id))
        .filter(api_keys::last_used_at.is_null().or(api_keys::last_used_at.le(machine_now - LAST_USE)));
    diesel::update(key).set(api_keys::last_used_at.eq(machine_now)).execute(tx.conn())?;
    Ok(())
}
