//! Development only: how far the service's clock is from the machine's, shared by all roles.

use diesel::prelude::*;

use crate::Tx;
use crate::schema::service_clock;

/// The offset; 0 when nobody set one.
pub fn offset_ms(tx: &mut Tx<'_>) -> QueryResult<i64> {
    let offset = service_clock::table.select(service_clock::offset_ms).first(tx.machinery()?).optional()?;
    Ok(offset.unwrap_or(0))
}

/// Sets the offset for all roles: nobody's data, so that the scope may be that of whoever sets it.
pub fn set_offset_ms(tx: &mut Tx<'_>, offset_ms: i64) -> QueryResult<()> {
    diesel::insert_into(service_clock::table)
        .values((service_clock::id.eq(true), service_clock::offset_ms.eq(offset_ms)))
        .on_conflict(service_clock::id)
        .do_update()
        .set(service_clock::offset_ms.eq(offset_ms))
        .execute(tx.conn())?;
    Ok(())
}
