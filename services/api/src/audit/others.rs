//! What the audit of other organizations tells a caller: only what the caller may see elsewhere.

use platform::auth::{Caller, MayOperate, MayReadUploads, OperatorAdmin};
use schema::audit::Others;

/// Whoever reads the audit of others sees their things of these kinds. One that is not named stays with its organization.
const OF_READERS: [&str; 7] = ["contract", "meter", "order", "organization", "report", "settings", "site"];
const OF_UPLOADS: [&str; 2] = ["resumable-upload", "upload"];
const OF_OPERATION: [&str; 3] = ["audit", "clock", "dead-letter"];

/// What this caller sees of other organizations than its own; none when it sees all.
pub fn shown_to(caller: &Caller) -> Option<Others> {
    // The entries of users, sessions and keys, with addresses and names of people, are the operator's alone.
    if caller.has::<OperatorAdmin>() {
        return None;
    }
    let mut kinds = OF_READERS.to_vec();
    if caller.has::<MayReadUploads>() {
        kinds.extend(OF_UPLOADS);
    }
    if caller.has::<MayOperate>() {
        kinds.extend(OF_OPERATION);
    }
    Some(Others { own: caller.organization_id(), kinds })
}
