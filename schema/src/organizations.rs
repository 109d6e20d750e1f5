//! The tree of organizations: operator, aggregators, partners.

use chrono::{DateTime, Utc};
use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::sql_types;
use uuid::Uuid;

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

/// Adds an organization. The operator's work: the scope is the operator's subtree, or the
/// machinery's when a development set-up makes the first one.
pub fn insert(tx: &mut Tx<'_>, organization: &Organization) -> QueryResult<()> {
    let members = tx.organizations();
    let below_a_member = organization.parent_id.is_some_and(|parent| members.contains(&parent));
    // The machinery sees no members: only then may the parent be anyone's, or nobody's.
    let conn = if below_a_member { tx.conn() } else { tx.machinery()? };
    diesel::insert_into(organizations::table).values(organization).execute(conn)?;
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
    let members: Vec<Member> = diesel::sql_query(include_str!("organizations/subtree.sql"))
        .bind::<sql_types::Uuid, _>(root)
        .load(tx.machinery()?)?;
    Ok(Scope::Subtree { root, members: members.into_iter().map(|member| member.id).collect() })
}

/// The ids of all partners, for work that runs over every one of them.
pub fn partner_ids(tx: &mut Tx<'_>) -> QueryResult<Vec<Uuid>> {
    organizations::table
        .filter(organizations::kind.eq(OrganizationKind::Partner))
        .select(organizations::id)
        .order(organizations::id)
        .load(tx.machinery()?)
}
