//! The language in which the server tells what failed.

use diesel::prelude::*;
use diesel::sql_types::Text;

#[derive(QueryableByName)]
struct Language {
    #[diesel(sql_type = Text)]
    locale: String,
}

/// The locale of its messages, as the connection has it.
pub fn locale(conn: &mut PgConnection) -> QueryResult<String> {
    let query = diesel::sql_query("SELECT current_setting('lc_messages') AS locale");
    Ok(query.get_result::<Language>(conn)?.locale)
}
