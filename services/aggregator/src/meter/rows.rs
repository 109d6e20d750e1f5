//! Rows as they are stored.

use chrono::NaiveDate;
use metering::Row;
use platform::calendar::utc;
use rust_decimal::Decimal;
use schema::bulk::VmHistoryRow;
use schema::types::BillingMode;
use sha2::{Digest, Sha256};
use uuid::Uuid;

/// Bytes of a row's digest: enough to tell the versions of one row apart.
const DIGEST_BYTES: usize = 16;

/// Where a row is stored, and from which version on it holds.
#[derive(Clone, Copy)]
pub struct Place {
    pub organization_id: Uuid,
    pub billing_mode: BillingMode,
    pub month: NaiveDate,
    pub since: i32,
}

/// The row to store. A row that reaches the horizon has no end of its own: it grows with the horizon.
pub fn stored(place: Place, row: &Row<'_>, digest: Vec<u8>) -> VmHistoryRow {
    VmHistoryRow {
        organization_id: place.organization_id,
        month: place.month,
        billing_mode: place.billing_mode,
        vcenter_id: row.vcenter,
        vm_id: row.vm,
        begin_at: utc(row.begin),
        since: place.since,
        until: None,
        end_at: (!row.open).then(|| utc(row.end)),
        mb_hours: (!row.open).then(|| Decimal::from_i128_with_scale(row.mb_hours().0.cast_signed(), 6)),
        meter_id: row.meter,
        moid: text(row.moid),
        vm_name: text(row.vm_name),
        guest_os: text(row.guest_os),
        host_id: text(row.host),
        host_name: row.host_name.map(text),
        cluster_id: row.cluster.map(text),
        org: row.org.map(text),
        license: row.license.as_str().to_owned(),
        license_key: row.license_key.map(text),
        vcpus: i64::from(row.vcpus),
        memory_mb: i64::from(row.memory_mb),
        reserved_mb: i64::from(row.reserved_mb),
        billed_mb: Decimal::from_i128_with_scale(i128::from(row.billed.0) * 5, 1),
        features: row.features.names().into_iter().map(str::to_owned).collect(),
        reported: row.reported(),
        digest,
    }
}

/// A text as PostgreSQL takes it: U+0000, which JSON allows, is shown by its picture. Only the stored text changes;
/// the row was made, and is told from others, by the text as stated.
fn text(stated: &str) -> String {
    if stated.contains('\0') { stated.replace('\0', "\u{2400}") } else { stated.to_owned() }
}

/// A digest of all that the row states; each text goes in with its length, so that none runs into the next.
pub fn digest(row: &Row<'_>) -> Vec<u8> {
    let mut hash = Sha256::new();
    let end = if row.open { i64::MAX } else { row.end.0 };
    for number in
        [row.begin.0, end, i64::from(row.vcpus), i64::from(row.memory_mb), i64::from(row.reserved_mb)]
    {
        hash.update(number.to_be_bytes());
    }
    hash.update(row.billed.0.to_be_bytes());
    hash.update(row.vm.as_bytes());
    hash.update(row.meter.as_bytes());
    let texts =
        [Some(row.moid), Some(row.vm_name), Some(row.guest_os), Some(row.host), Some(row.license.as_str())];
    let optional = [row.host_name, row.cluster, row.org, row.license_key];
    for text in texts.into_iter().chain(optional).chain(row.features.names().into_iter().map(Some)) {
        let length = text.map_or(u64::MAX, |text| text.len() as u64);
        hash.update(length.to_be_bytes());
        hash.update(text.unwrap_or_default());
    }
    hash.finalize().iter().copied().take(DIGEST_BYTES).collect()
}
