//! Takes back what giving a message up left behind, so that it begins afresh.

use diesel::prelude::*;
use diesel::sql_types as sql;
use serde_json::json;
use uuid::Uuid;

use crate::Tx;
use crate::schema::{units, upload_states};
use crate::types::UploadStatus;
use crate::units::UnitKey;

/// Takes the note of a failure off an upload that still waits to be registered.
pub fn undo_upload(tx: &mut Tx<'_>, upload_id: Uuid) -> QueryResult<()> {
    let state = upload_states::table.find((tx.organization()?, upload_id));
    diesel::update(state.filter(upload_states::status.eq(UploadStatus::Received)))
        .set(upload_states::errors.eq(json!([])))
        .execute(tx.conn())?;
    Ok(())
}

/// Has a unit waited for again, and takes the note of its failure off the uploads that no other failed unit keeps.
pub fn undo_unit(tx: &mut Tx<'_>, key: &UnitKey) -> QueryResult<()> {
    let organization_id = tx.organization()?;
    let unit = units::table.find((organization_id, key.billing_mode, key.vcenter_id, key.month));
    diesel::update(unit).set(units::failed.eq(false)).execute(tx.conn())?;
    diesel::sql_query(include_str!("undo_unit.sql"))
        .bind::<sql::Uuid, _>(organization_id)
        .bind::<sql::Text, _>(key.billing_mode.as_str())
        .bind::<sql::Uuid, _>(key.vcenter_id)
        .bind::<sql::Date, _>(key.month)
        .execute(tx.conn())?;
    Ok(())
}
