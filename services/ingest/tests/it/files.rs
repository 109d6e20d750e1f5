//! Files to upload.

use test_support::usage_file::DataFile;
use test_support::usage_file::records::vm;
use uuid::Uuid;

/// A vCenter.
pub const VCENTER: Uuid = Uuid::from_u128(0x2000);

/// A file of a meter with one census.
pub fn file_of(meter: Uuid) -> DataFile {
    let at = "2026-09-01T08:00:00Z";
    DataFile::new(meter).month("2026-09").vcenter(VCENTER).inventory(at, &[vm(at, Uuid::from_u128(0x3000))])
}
