//! What the database says of itself.

use diesel::prelude::*;
use diesel::sql_types::Text;
use uuid::Uuid;

#[derive(QueryableByName)]
struct Line {
    #[diesel(sql_type = Text)]
    line: String,
}

/// Lines of text that a query returns as `line`.
pub fn lines(conn: &mut PgConnection, query: &str) -> Vec<String> {
    let lines: Vec<Line> = diesel::sql_query(query).load(conn).expect("an answer");
    lines.into_iter().map(|line| line.line).collect()
}

/// The same in a transaction of a tenant, since policies show nothing without one.
pub fn lines_of(conn: &mut PgConnection, organization_id: Uuid, query: &str) -> Vec<String> {
    conn.transaction(|conn| {
        diesel::sql_query(format!("SET LOCAL app.organization = '{organization_id}'")).execute(conn)?;
        Ok::<_, diesel::result::Error>(lines(conn, query))
    })
    .expect("an answer")
}

/// Everything that a migration can make, as sorted text.
pub fn dump(conn: &mut PgConnection) -> Vec<String> {
    lines(conn, include_str!("catalogue.sql"))
}
