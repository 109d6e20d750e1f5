//! The tokens of meters: opaque, shown once, good until revoked.

use chrono::{DateTime, Utc};
use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::sql_types as sql;
use uuid::Uuid;

use crate::Tx;
use crate::schema::meter_tokens;

/// A token, without what would open anything.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = meter_tokens, check_for_backend(Pg))]
pub struct Token {
    /// UUID v7.
    pub id: Uuid,
    /// The machine's time.
    pub created_at: DateTime<Utc>,
    /// The machine's time; none while it is good.
    pub revoked_at: Option<DateTime<Utc>>,
}

/// A token to add.
#[derive(Debug)]
pub struct NewToken<'a> {
    /// UUID v7.
    pub id: Uuid,
    /// SHA-256 of it.
    pub token_sha256: &'a [u8],
    /// The machine's time.
    pub created_at: DateTime<Utc>,
}

/// Adds a token to a meter of the transaction's organization.
pub fn add_token(tx: &mut Tx<'_>, meter_id: Uuid, token: &NewToken<'_>) -> QueryResult<()> {
    diesel::insert_into(meter_tokens::table)
        .values((
            meter_tokens::organization_id.eq(tx.organization()?),
            meter_tokens::meter_id.eq(meter_id),
            meter_tokens::id.eq(token.id),
            meter_tokens::token_sha256.eq(token.token_sha256),
            meter_tokens::created_at.eq(token.created_at),
        ))
        .execute(tx.conn())?;
    Ok(())
}

/// The tokens of a meter of the transaction's organization by id; a page begins after this one.
pub fn tokens(tx: &mut Tx<'_>, meter_id: Uuid, after: Option<Uuid>, limit: i64) -> QueryResult<Vec<Token>> {
    meter_tokens::table
        .filter(meter_tokens::organization_id.eq(tx.organization()?))
        .filter(meter_tokens::meter_id.eq(meter_id))
        .filter(meter_tokens::id.gt(after.unwrap_or(Uuid::nil())))
        .order(meter_tokens::id)
        .limit(limit)
        .select(Token::as_select())
        .load(tx.conn())
}

/// A token of a meter of the transaction's organization.
pub fn find_token(tx: &mut Tx<'_>, meter_id: Uuid, id: Uuid) -> QueryResult<Option<Token>> {
    let token = meter_tokens::table.find((tx.organization()?, meter_id, id));
    token.select(Token::as_select()).first(tx.conn()).optional()
}

/// How many tokens of a meter are good.
pub fn good_tokens(tx: &mut Tx<'_>, meter_id: Uuid) -> QueryResult<i64> {
    meter_tokens::table
        .filter(meter_tokens::organization_id.eq(tx.organization()?))
        .filter(meter_tokens::meter_id.eq(meter_id))
        .filter(meter_tokens::revoked_at.is_null())
        .count()
        .get_result(tx.conn())
}

/// Revokes a token that is good; how many that was, 0 or 1.
pub fn revoke_token(
    tx: &mut Tx<'_>,
    meter_id: Uuid,
    id: Uuid,
    machine_now: DateTime<Utc>,
) -> QueryResult<usize> {
    let token = meter_tokens::table.find((tx.organization()?, meter_id, id));
    diesel::update(token.filter(meter_tokens::revoked_at.is_null()))
        .set(meter_tokens::revoked_at.eq(machine_now))
        .execute(tx.conn())
}

/// Revokes all tokens of a meter that are good; how many that was.
pub fn revoke_tokens(tx: &mut Tx<'_>, meter_id: Uuid, machine_now: DateTime<Utc>) -> QueryResult<usize> {
    diesel::update(meter_tokens::table)
        .filter(meter_tokens::organization_id.eq(tx.organization()?))
        .filter(meter_tokens::meter_id.eq(meter_id))
        .filter(meter_tokens::revoked_at.is_null())
        .set(meter_tokens::revoked_at.eq(machine_now))
        .execute(tx.conn())
}

/// (organization, meter) of a token that is good. The machinery asks: the tenant is not known yet.
pub fn by_token(tx: &mut Tx<'_>, token_sha256: &[u8]) -> QueryResult<Option<(Uuid, Uuid)>> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = sql::Uuid)]
        organization_id: Uuid,
        #[diesel(sql_type = sql::Uuid)]
        meter_id: Uuid,
    }
    let found: Option<Row> = diesel::sql_query("SELECT * FROM meter_of_token($1)")
        .bind::<sql::Binary, _>(token_sha256)
        .get_result(tx.machinery()?)
        .optional()?;
    Ok(found.map(|row| (row.organization_id, row.meter_id)))
}
