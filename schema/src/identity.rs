//! Users: who may log in, and as what.

pub mod accounts;
pub mod external;
pub mod log_in_addresses;
pub mod log_in_failures;
pub mod password_links;
pub mod refresh_tokens;
pub mod sign_in_flows;

use chrono::{DateTime, Utc};
use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::sql_types::Text;
use uuid::Uuid;

use crate::Tx;
use crate::schema::users;
use crate::types::Role;

/// A user as others see them.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = users, check_for_backend(Pg))]
pub struct User {
    /// Whose user.
    pub organization_id: Uuid,
    /// UUID v7.
    pub id: Uuid,
    /// In lower case; unique over all organizations.
    pub email: String,
    /// What they may do.
    pub role: Role,
    /// Business time.
    pub created_at: DateTime<Utc>,
    /// Since when they may not log in, if they may not; business time.
    pub disabled_at: Option<DateTime<Utc>>,
    /// Whether they have set a password.
    #[diesel(select_expression = users::password_hash.is_not_null())]
    pub has_password: bool,
}

/// A user to add to the transaction's organization.
#[derive(Debug)]
pub struct NewUser<'a> {
    /// UUID v7.
    pub id: Uuid,
    /// Put into lower case here.
    pub email: &'a str,
    /// What they may do.
    pub role: Role,
    /// argon2id in PHC string form; none until they set one.
    pub password_hash: Option<&'a str>,
    /// Business time.
    pub created_at: DateTime<Utc>,
}

/// What log-in compares; the minimum, since it is read before a tenant is known.
#[derive(Debug, QueryableByName)]
#[diesel(table_name = users, check_for_backend(Pg))]
pub struct Credentials {
    /// The tenant that the log-in is for.
    pub organization_id: Uuid,
    /// The user.
    pub id: Uuid,
    /// For the access token.
    pub role: Role,
    /// argon2id in PHC string form; none where there is none.
    pub password_hash: Option<String>,
    /// Since when they may not log in, if they may not.
    pub disabled_at: Option<DateTime<Utc>>,
}

/// The credentials of an e-mail address. The machinery asks: the tenant is not known yet.
pub fn credentials(tx: &mut Tx<'_>, email: &str) -> QueryResult<Option<Credentials>> {
    diesel::sql_query("SELECT * FROM log_in_of($1)")
        .bind::<Text, _>(email.to_lowercase())
        .get_result(tx.machinery()?)
        .optional()
}

/// Whether a user in scope has this e-mail address.
pub fn has_address(tx: &mut Tx<'_>, email: &str) -> QueryResult<bool> {
    let having = users::table
        .filter(users::organization_id.eq_any(tx.organizations()))
        .filter(users::email.eq(email.to_lowercase()));
    diesel::select(diesel::dsl::exists(having)).get_result(tx.conn())
}

/// Adds a user; a unique violation when the address is taken.
pub fn insert(tx: &mut Tx<'_>, user: &NewUser<'_>) -> QueryResult<()> {
    diesel::insert_into(users::table)
        .values((
            users::organization_id.eq(tx.organization()?),
            users::id.eq(user.id),
            users::email.eq(user.email.to_lowercase()),
            users::role.eq(user.role),
            users::password_hash.eq(user.password_hash),
            users::created_at.eq(user.created_at),
        ))
        .execute(tx.conn())?;
    Ok(())
}

/// A user in scope.
pub fn find(tx: &mut Tx<'_>, id: Uuid) -> QueryResult<Option<User>> {
    users::table
        .filter(users::organization_id.eq_any(tx.organizations()))
        .filter(users::id.eq(id))
        .select(User::as_select())
        .first(tx.conn())
        .optional()
}

/// The users in scope, by id; the next page starts after `after`.
pub fn list(tx: &mut Tx<'_>, after: Option<Uuid>, limit: i64) -> QueryResult<Vec<User>> {
    users::table
        .filter(users::organization_id.eq_any(tx.organizations()))
        .filter(users::id.gt(after.unwrap_or(Uuid::nil())))
        .select(User::as_select())
        .order(users::id)
        .limit(limit)
        .load(tx.conn())
}
