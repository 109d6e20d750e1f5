//! One appliance registered by two partners: an id is the appliance's own claim.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types as sql;
use uuid::Uuid;

use crate::Tx;

/// A partner's registration of a meter that others have registered as well.
#[derive(Debug, Clone, PartialEq, Eq, QueryableByName)]
pub struct Claim {
    /// The appliance's own UUID.
    #[diesel(sql_type = sql::Uuid)]
    pub meter_id: Uuid,
    /// Who registered it.
    #[diesel(sql_type = sql::Uuid)]
    pub organization_id: Uuid,
    /// Business time.
    #[diesel(sql_type = sql::Timestamptz)]
    pub registered_at: DateTime<Utc>,
    /// When its newest upload here was received.
    #[diesel(sql_type = sql::Nullable<sql::Timestamptz>)]
    pub last_upload_at: Option<DateTime<Utc>>,
}

/// The claims of the meters that are registered by several organizations in scope, by meter and organization; at most
/// `limit` meters, after this one.
pub fn conflicts(tx: &mut Tx<'_>, after: Option<Uuid>, limit: i64) -> QueryResult<Vec<Claim>> {
    let scope = tx.organizations();
    diesel::sql_query(include_str!("conflicts.sql"))
        .bind::<sql::Array<sql::Uuid>, _>(scope)
        .bind::<sql::Uuid, _>(after.unwrap_or(Uuid::nil()))
        .bind::<sql::BigInt, _>(limit)
        .load(tx.conn())
}
