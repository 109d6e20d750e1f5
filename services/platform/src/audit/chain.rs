//! The chain of an organization's entries.
//!
//! An entry's canonical form is the JSON object of the members below as RFC 8785 writes it: members sorted by name on
//! every level, no white space, UTF-8. It is the exported entry without `sequence`, `hash`, `address` and `address_salt`:
//!
//! `action`, `actor`, `actor_organization_id`, `address_digest`, `after`, `at`, `before`, `id`, `object` (`id`, `kind`),
//! `organization_id`, `request_id`
//!
//! An entry's hash is the SHA-256 of the hash before it in `sequence` (32 zero bytes for the first) followed by its
//! canonical form. `address_digest` is the SHA-256, in hexadecimal, of `address_salt` followed by `address`, both as the
//! export writes them: whoever may not see where a request came from can still check the chain.

use chrono::{DateTime, SecondsFormat, Utc};
use schema::audit::Entry;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

/// Of an entry and all before it.
pub type Hash = [u8; 32];

/// Before the first entry.
pub const BEFORE_FIRST: Hash = [0; 32];

/// The hash of an entry, as the database holds it, after the hash before it.
pub fn hash(before: &[u8], entry: &Entry) -> Hash {
    let mut sha256 = Sha256::new();
    sha256.update(before);
    sha256.update(canonical(entry));
    sha256.finalize().into()
}

/// The entry in its canonical form.
pub fn canonical(entry: &Entry) -> String {
    let mut value = json!({
        "action": entry.action,
        "actor": entry.actor,
        "actor_organization_id": entry.actor_organization_id,
        "address_digest": address_digest(entry),
        "after": entry.after,
        "at": time(entry.at),
        "before": entry.before,
        "id": entry.id,
        "object": {"id": entry.object_id, "kind": entry.object_kind},
        "organization_id": entry.organization_id,
        "request_id": entry.request_id,
    });
    // Objects are sorted already, unless a crate somewhere makes serde_json keep the order of insertion.
    Value::sort_all_objects(&mut value);
    value.to_string()
}

/// What the chain holds of the address; none where there is no address.
pub fn address_digest(entry: &Entry) -> Option<String> {
    let (address, salt) = (entry.address.as_ref()?, entry.address_salt?);
    Some(hex::encode(Sha256::digest(format!("{salt}{address}"))))
}

/// A time as the canonical form and the export write it: RFC 3339 with six digits of the second.
pub fn time(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Micros, true)
}
