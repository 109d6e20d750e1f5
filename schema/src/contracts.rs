//! Contracts and sites: what meters are assigned to and partners order under.

use chrono::{DateTime, Utc};
use diesel::pg::Pg;
use diesel::prelude::*;
use uuid::Uuid;

use crate::Tx;
use crate::schema::{contracts, sites};

/// A contract of a partner.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = contracts, check_for_backend(Pg))]
pub struct Contract {
    /// Its partner.
    pub organization_id: Uuid,
    /// As written on it.
    pub number: String,
    /// Business time.
    pub created_at: DateTime<Utc>,
}

/// A data centre of a partner, under one of its contracts.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = sites, check_for_backend(Pg))]
pub struct Site {
    /// Its partner.
    pub organization_id: Uuid,
    /// UUID v7.
    pub id: Uuid,
    /// The contract it belongs to.
    pub contract_number: String,
    /// As people call it.
    pub name: String,
    /// Business time.
    pub created_at: DateTime<Utc>,
}

/// Adds a contract to the transaction's organization.
pub fn insert(tx: &mut Tx<'_>, number: &str, created_at: DateTime<Utc>) -> QueryResult<()> {
    let contract = Contract { organization_id: tx.organization()?, number: number.to_owned(), created_at };
    diesel::insert_into(contracts::table).values(contract).execute(tx.conn())?;
    Ok(())
}

/// The contracts in scope by (organization, number); the next page starts after `after`.
pub fn list(tx: &mut Tx<'_>, after: Option<(Uuid, &str)>, limit: i64) -> QueryResult<Vec<Contract>> {
    let (organization, number) = after.unwrap_or((Uuid::nil(), ""));
    contracts::table
        .filter(contracts::organization_id.eq_any(tx.organizations()))
        .filter(
            contracts::organization_id
                .gt(organization)
                .or(contracts::organization_id.eq(organization).and(contracts::number.gt(number))),
        )
        .select(Contract::as_select())
        .order((contracts::organization_id, contracts::number))
        .limit(limit)
        .load(tx.conn())
}

/// A contract in scope by its number, of one organization.
pub fn find(tx: &mut Tx<'_>, organization_id: Uuid, number: &str) -> QueryResult<Option<Contract>> {
    contracts::table
        .filter(contracts::organization_id.eq_any(tx.organizations()))
        .filter(contracts::organization_id.eq(organization_id))
        .filter(contracts::number.eq(number))
        .select(Contract::as_select())
        .first(tx.conn())
        .optional()
}

/// Adds a site to the transaction's organization.
pub fn insert_site(tx: &mut Tx<'_>, site: &Site) -> QueryResult<()> {
    tx.require_own(site.organization_id)?;
    diesel::insert_into(sites::table).values(site).execute(tx.conn())?;
    Ok(())
}

/// The sites in scope, by id; the next page starts after `after`.
pub fn list_sites(tx: &mut Tx<'_>, after: Option<Uuid>, limit: i64) -> QueryResult<Vec<Site>> {
    sites::table
        .filter(sites::organization_id.eq_any(tx.organizations()))
        .filter(sites::id.gt(after.unwrap_or(Uuid::nil())))
        .select(Site::as_select())
        .order(sites::id)
        .limit(limit)
        .load(tx.conn())
}

/// A site in scope.
pub fn find_site(tx: &mut Tx<'_>, id: Uuid) -> QueryResult<Option<Site>> {
    sites::table
        .filter(sites::organization_id.eq_any(tx.organizations()))
        .filter(sites::id.eq(id))
        .select(Site::as_select())
        .first(tx.conn())
        .optional()
}
