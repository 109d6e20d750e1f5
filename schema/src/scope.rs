//! Who is asking: the scope of a transaction, set before its first query.

use diesel::prelude::*;
use diesel::result::Error as DieselError;
use diesel::sql_types::Text;
use uuid::Uuid;

/// What a transaction may see.
#[derive(Debug, Clone)]
pub enum Scope {
    /// One organization: reads and writes.
    Organization(Uuid),
    /// An aggregator's or the operator's view of the organizations below it: reads only.
    Subtree {
        /// The organization that looks.
        root: Uuid,
        /// The root and all organizations below it.
        members: Vec<Uuid>,
    },
    /// The service's own work across tenants: which ids wait, whose token this is. Never tenant data.
    Machinery(MachineryToken),
}

impl Scope {
    /// The scope of one organization that this one sees; none when it does not see it.
    pub fn narrow(&self, organization_id: Uuid) -> Option<Self> {
        let seen = match self {
            Self::Organization(id) => *id == organization_id,
            Self::Subtree { members, .. } => members.contains(&organization_id),
            Self::Machinery(_) => false,
        };
        seen.then_some(Self::Organization(organization_id))
    }

    /// The organizations whose rows a read may return: none under [`Scope::Machinery`].
    pub fn members(&self) -> &[Uuid] {
        match self {
            Self::Organization(id) => std::slice::from_ref(id),
            Self::Subtree { members, .. } => members,
            Self::Machinery(_) => &[],
        }
    }
}

/// The permission to work across tenants. Only `platform::db` makes one: a handler or a
/// consumer that wants work ids asks `platform`, and a test looks for this name elsewhere.
#[derive(Debug, Clone)]
pub struct MachineryToken(());

impl MachineryToken {
    /// For `platform::db` alone.
    pub const fn for_platform_only() -> Self {
        Self(())
    }
}

/// A query was asked of a scope that does not answer it: a fault of the program.
#[derive(Debug, thiserror::Error)]
#[error("this query needs {needed}, but the transaction's scope is {scope}")]
pub struct ScopeError {
    needed: &'static str,
    scope: &'static str,
}

/// A connection inside a transaction whose tenant is set.
pub struct Tx<'c> {
    conn: &'c mut PgConnection,
    scope: &'c Scope,
}

impl<'c> Tx<'c> {
    /// The organization that this transaction writes for; an error in any scope but [`Scope::Organization`].
    pub fn organization(&self) -> QueryResult<Uuid> {
        match self.scope {
            Scope::Organization(id) => Ok(*id),
            Scope::Subtree { .. } | Scope::Machinery(_) => Err(self.refuse("one organization")),
        }
    }

    /// The organizations whose rows a read may return: none under [`Scope::Machinery`].
    pub fn organizations(&self) -> &'c [Uuid] {
        self.scope.members()
    }

    /// Refuses to write a row of an organization that is not the transaction's.
    pub(crate) fn require_own(&self, organization_id: Uuid) -> QueryResult<()> {
        if self.organization()? == organization_id {
            Ok(())
        } else {
            Err(self.refuse("the row's organization"))
        }
    }

    /// Refuses every scope but [`Scope::Machinery`].
    pub(crate) fn machinery(&mut self) -> QueryResult<&mut PgConnection> {
        match self.scope {
            Scope::Machinery(_) => Ok(self.conn),
            Scope::Organization(_) | Scope::Subtree { .. } => Err(self.refuse("the machinery's scope")),
        }
    }

    /// The connection. Not public: all SQL is in this crate.
    pub(crate) fn conn(&mut self) -> &mut PgConnection {
        self.conn
    }

    fn refuse(&self, needed: &'static str) -> DieselError {
        let scope = match self.scope {
            Scope::Organization(_) => "one organization",
            Scope::Subtree { .. } => "a subtree",
            Scope::Machinery(_) => "the machinery's",
        };
        DieselError::QueryBuilderError(Box::new(ScopeError { needed, scope }))
    }
}

/// Runs `work` in a transaction of this scope; an error rolls it back.
pub fn transaction<T, E, F>(conn: &mut PgConnection, scope: &Scope, work: F) -> Result<T, E>
where
    F: FnOnce(&mut Tx<'_>) -> Result<T, E>,
    E: From<DieselError>,
{
    conn.transaction(|conn| within(conn, scope, work))
}

/// The same of one snapshot: every query sees the database as it was at the first, and none may write.
pub fn snapshot<T, E, F>(conn: &mut PgConnection, scope: &Scope, work: F) -> Result<T, E>
where
    F: FnOnce(&mut Tx<'_>) -> Result<T, E>,
    E: From<DieselError>,
{
    conn.build_transaction().repeatable_read().read_only().run(|conn| within(conn, scope, work))
}

fn within<T, E, F>(conn: &mut PgConnection, scope: &Scope, work: F) -> Result<T, E>
where
    F: FnOnce(&mut Tx<'_>) -> Result<T, E>,
    E: From<DieselError>,
{
    // Local to the transaction, so that a pooled connection carries no tenant to its next user.
    match scope {
        Scope::Organization(id) => set_local(conn, "app.organization", *id)?,
        Scope::Subtree { root, .. } => set_local(conn, "app.subtree", *root)?,
        Scope::Machinery(_) => {}
    }
    work(&mut Tx { conn, scope })
}

fn set_local(conn: &mut PgConnection, name: &str, value: Uuid) -> QueryResult<()> {
    diesel::sql_query("SELECT set_config($1, $2, true)")
        .bind::<Text, _>(name)
        .bind::<Text, _>(value.to_string())
        .execute(conn)?;
    Ok(())
}
