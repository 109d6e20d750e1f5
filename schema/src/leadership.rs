//! One leader among many processes: a session's advisory lock, which ends with the session.

use diesel::prelude::*;
use diesel::sql_types::{Bool, Text};

/// Takes the lock of `name` for this session, unless another has it.
pub fn try_lead(conn: &mut PgConnection, name: &str) -> QueryResult<bool> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = Bool)]
        leads: bool,
    }
    let row: Row = diesel::sql_query("SELECT pg_try_advisory_lock(hashtextextended($1, 0)) AS leads")
        .bind::<Text, _>(format!("leader {name}"))
        .get_result(conn)?;
    Ok(row.leads)
}

/// Whether the session, and with it the lock, is still there.
pub fn alive(conn: &mut PgConnection) -> QueryResult<()> {
    diesel::sql_query("SELECT 1").execute(conn).map(drop)
}
