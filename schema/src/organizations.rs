//! The tree of organizations: operator, aggregators, partners.

use chrono::{DateTime, Utc};
use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::sql_types;
use uuid::Uuid;

use crate::machinery::operator_organization;
use crate::schema::organizations;
use crate::types::OrganizationKind;
use crate::{Scope, Tx};

/// A tenant.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = organizations, check_for_backend(Pg))]
pub struct Organization {
    /// UUID v7.
    pub id: Uuid,
    /// Its level in the tree.
    pub kind: OrganizationKind,
    /// None for the operator alone.
    pub parent_id: Option<Uuid>,
    /// As people call it.
    pub name: String,
    /// Business time.
    pub created_at: DateTime<Utc>,
}

/// Adds an organization below one in scope.
pub fn insert(tx: &mut Tx<'_>, organization: &Organization) -> QueryResult<()> {
    diesel::insert_into(organizations::table).values(organization).execute(tx.conn())?;
    Ok(())
}

/// Makes the transaction's organization, which is yet to be, the operator, the root of the tree; a unique violation when
/// there is one.
pub fn found(tx: &mut Tx<'_>, name: &str, created_at: DateTime<Utc>) -> QueryResult<()> {
    diesel::sql_query("SELECT found_operator($1, $2, $3)")
        .bind::<sql_types::Uuid, _>(tx.organization()?)
        .bind::<sql_types::Text, _>(name)
        .bind::<sql_types::Timestamptz, _>(created_at)
        .execute(tx.conn())?;
    Ok(())
}

/// The operator, the root of the tree; none before it is made.
pub fn operator(tx: &mut Tx<'_>) -> QueryResult<Option<Uuid>> {
    diesel::select(operator_organization()).get_result(tx.machinery()?)
}

/// Gives the transaction's organization another name.
pub fn rename(tx: &mut Tx<'_>, name: &str) -> QueryResult<()> {
    let own = organizations::table.find(tx.organization()?);
    diesel::update(own).set(organizations::name.eq(name)).execute(tx.conn())?;
    Ok(())
}

/// One that the scope sees.
pub fn find(tx: &mut Tx<'_>, id: Uuid) -> QueryResult<Option<Organization>> {
    organizations::table
        .filter(organizations::id.eq(id))
        .filter(organizations::id.eq_any(tx.organizations()))
        .select(Organization::as_select())
        .first(tx.conn())
        .optional()
}

/// The transaction's organization, which nobody else changes until it ends.
pub fn lock(tx: &mut Tx<'_>) -> QueryResult<Option<Organization>> {
    let own = organizations::table.find(tx.organization()?).select(Organization::as_select());
    own.for_no_key_update().first(tx.conn()).optional()
}

/// All that the scope sees, by id; the next page starts after `after`.
pub fn list(tx: &mut Tx<'_>, after: Option<Uuid>, limit: i64) -> QueryResult<Vec<Organization>> {
    organizations::table
        .filter(organizations::id.eq_any(tx.organizations()))
        .filter(organizations::id.gt(after.unwrap_or(Uuid::nil())))
        .select(Organization::as_select())
        .order(organizations::id)
        .limit(limit)
        .load(tx.conn())
}

#[derive(QueryableByName)]
struct Member {
    #[diesel(sql_type = sql_types::Uuid)]
    id: Uuid,
}

/// The scope of everything at or below `root`. Asked by the machinery: it is how a scope comes to be.
pub fn subtree(tx: &mut Tx<'_>, root: Uuid) -> QueryResult<Scope> {
    let members: Vec<Member> = diesel::sql_query("SELECT id FROM organizations_below($1) AS id")
        .bind::<sql_types::Uuid, _>(root)
        .load(tx.machinery()?)?;
    Ok(Scope::Subtree { root, members: members.into_iter().map(|member| member.id).collect() })
}
