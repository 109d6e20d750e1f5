//! What the audit of others does not tell a caller: nothing that the caller could not see elsewhere.

use platform::auth::{Caller, MayReadUploads, OperatorAdmin};
use schema::audit::Hidden;

/// Those with addresses and names of people.
const OF_PEOPLE: [&str; 3] = ["user", "session", "api-key"];

/// What this caller does not see of other organizations than its own.
pub fn hidden_from(caller: &Caller) -> Hidden {
    let mut kinds = Vec::new();
    // Users of other organizations are the operator's alone.
    if !caller.has::<OperatorAdmin>() {
        kinds.extend(OF_PEOPLE);
    }
    if !caller.has::<MayReadUploads>() {
        kinds.push("upload");
    }
    Hidden { own: caller.organization_id(), kinds }
}
