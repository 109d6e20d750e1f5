//! Files every byte of which is here and which are no uploads yet, as when a process died in between: they become uploads
//! although nobody asks again.

use platform::audit::Origin;
use platform::db::DbError;
use platform::problem::ApiError;
use schema::resumable_uploads::{self, ResumableUpload};
use schema::{Scope, Tx};

use super::finish::complete;
use super::found::Found;
use crate::Door;
use crate::door::Sender;

/// Completes them, and returns how many. One that fails is tried again the next time, until it expires.
pub async fn complete_all(door: &Door) -> Result<usize, ApiError> {
    let with_whole = |tx: &mut Tx<'_>| Ok::<_, DbError>(resumable_uploads::organizations_with_whole(tx)?);
    let mut completed = 0;
    for organization_id in door.db.machinery(with_whole).await? {
        let whole = |tx: &mut Tx<'_>| Ok::<_, ApiError>(resumable_uploads::whole(tx)?);
        for row in door.db.run(Scope::Organization(organization_id), whole).await? {
            let id = row.id;
            match complete(door, Found { sender: sender(&row), row }).await {
                Ok(_) => completed += 1,
                // Its last bytes may just be written, too.
                Err(error) => tracing::warn!(%id, %error, "a file that is whole is no upload yet"),
            }
        }
    }
    Ok(completed)
}

/// Who began it: only partners and their meters do, for themselves.
fn sender(row: &ResumableUpload) -> Sender {
    let origin = Origin {
        actor: row.created_by.clone(),
        organization_id: Some(row.organization_id),
        address: None,
        request_id: None,
    };
    Sender { scope: Scope::Organization(row.organization_id), meter_id: row.meter_id, origin }
}
