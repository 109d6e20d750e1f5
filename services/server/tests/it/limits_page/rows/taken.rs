//! Of what is taken: requests a minute, uploads, files.

use super::Unit::{Bytes, Count, Seconds, Time};
use super::{Row, constant, derived, file, setting};

pub const RATES: &[Row] = &[
    setting(
        "Requests of an organization",
        "USAGE_LIMIT_ORGANIZATION",
        Count,
        "services/platform/src/limits.rs",
        "429, `Retry-After`",
    ),
    setting(
        "… of a user, a meter or a key",
        "USAGE_LIMIT_USER",
        Count,
        "services/platform/src/limits.rs",
        "429, `Retry-After`",
    ),
    setting(
        "… from an address",
        "USAGE_LIMIT_ADDRESS",
        Count,
        "services/platform/src/limits.rs",
        "429, `Retry-After`",
    ),
    setting(
        "… from an address to sign in",
        "USAGE_LIMIT_SIGN_IN",
        Count,
        "services/platform/src/limits.rs",
        "429, `Retry-After`",
    ),
    constant(
        "Callers that are counted at once",
        "KEYS_MAX",
        Count,
        "services/platform/src/limits/window.rs",
        "the database is asked again",
    ),
    constant(
        "After a wrong password",
        "FIRST_WAIT_SECONDS",
        Seconds,
        "services/api/src/identity/lock_out.rs",
        "401; doubled each time",
    ),
    constant(
        "… and at most",
        "LONGEST_WAIT_SECONDS",
        Seconds,
        "services/api/src/identity/lock_out.rs",
        "401",
    ),
    constant(
        "Passwords that are hashed at once",
        "HASHES_AT_ONCE",
        Count,
        "services/api/src/password.rs",
        "waits",
    ),
    constant(
        "… and that wait for it",
        "WAITING_MAX",
        Count,
        "services/api/src/password.rs",
        "503, `Retry-After: 2`",
    ),
];

pub const UPLOAD: &[Row] = &[
    setting(
        "Bytes of a file",
        "USAGE_UPLOAD_BYTES_MAX",
        Bytes,
        "services/ingest/src/receive.rs",
        "413 `limit-exceeded`",
    ),
    setting(
        "Uploads of the process at once",
        "USAGE_UPLOADS_AT_ONCE",
        Count,
        "services/ingest/src/places.rs",
        "waits for a place",
    ),
    derived(
        "… of one organization",
        "USAGE_UPLOADS_PER_ORGANIZATION",
        "half of the above, rounded up",
        "services/ingest/src/places.rs",
        "waits for a place",
    ),
    constant(
        "Waiting for such a place",
        "WAIT",
        Time,
        "services/ingest/src/places.rs",
        "429, `Retry-After: 10`",
    ),
    setting(
        "Between two pieces of an upload",
        "USAGE_UPLOAD_IDLE",
        Time,
        "services/ingest/src/receive.rs",
        "400, closed",
    ),
    constant(
        "Bytes a second of an upload as a whole",
        "BYTES_PER_SECOND_MIN",
        Bytes,
        "services/ingest/src/receive.rs",
        "400, closed",
    ),
    constant(
        "Bytes of a form around the file",
        "FORM_BYTES_MAX",
        Bytes,
        "services/ingest/src/receive/body.rs",
        "413",
    ),
    setting(
        "Bytes of an organization's open resumable uploads, as announced",
        "USAGE_RESUMABLE_BYTES_MAX",
        Bytes,
        "services/platform/src/config/resumable.rs",
        "409 `resumable-uploads-exceeded`",
    ),
    setting(
        "Open resumable uploads of one organization",
        "USAGE_RESUMABLE_OPEN_MAX",
        Count,
        "services/platform/src/config/resumable.rs",
        "409 `resumable-uploads-exceeded`",
    ),
    setting(
        "Life of a resumable upload without a new byte",
        "USAGE_RESUMABLE_EXPIRY",
        Time,
        "services/platform/src/config/resumable.rs",
        "410, its bytes are gone",
    ),
    constant(
        "Files that were begun and never ended",
        "STAGED_AGE_MAX",
        Time,
        "services/platform/src/store.rs",
        "removed",
    ),
];

const METERING: &str = "services/metering/src/limits.rs";

pub const FILE: &[Row] = &[
    file(
        "Entries of the archive, and collections of the manifest",
        |limits| limits.entries.into(),
        Count,
        METERING,
    ),
    file("Inflated bytes of an entry", |limits| limits.entry_bytes, Bytes, METERING),
    file("Inflated bytes of all entries", |limits| limits.all_entries_bytes, Bytes, METERING),
    file("Inflated bytes for each stored one", |limits| limits.ratio, Count, METERING),
    file("… of entries that inflate to more than", |limits| limits.ratio_from_bytes, Bytes, METERING),
    file("Bytes of `manifest.json`", |limits| limits.manifest_bytes, Bytes, METERING),
    file("Bytes of a line", |limits| limits.line_bytes, Bytes, METERING),
    file("Calendar months", |limits| limits.months.into(), Count, METERING),
    file("Products", |limits| limits.products.into(), Count, METERING),
    constant(
        "Bytes of an entry's name",
        "NAME_BYTES",
        Bytes,
        "services/metering/src/archive/names.rs",
        "422",
    ),
    constant(
        "vCenters on which a file claims VMs",
        "CLAIMED_VCENTERS_MAX",
        Count,
        "services/aggregator/src/register/read.rs",
        "the upload is rejected, `limit-exceeded`",
    ),
];
