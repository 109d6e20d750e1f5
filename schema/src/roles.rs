//! What the role of a connection is.

use diesel::prelude::*;
use diesel::sql_types::Bool;

#[derive(QueryableByName)]
struct Role {
    #[diesel(sql_type = Bool)]
    passes_by: bool,
}

/// Whether row-level security does not hold the role: it is a superuser, bypasses policies or owns what they are on. Of the
/// catalogue alone, before any tenant is set.
pub fn passes_by_policies(conn: &mut PgConnection) -> QueryResult<bool> {
    let role: Role = diesel::sql_query(include_str!("roles/passes_by.sql")).get_result(conn)?;
    Ok(role.passes_by)
}
