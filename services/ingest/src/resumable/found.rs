//! Whose upload a request is about.

use actix_web::HttpRequest;
use platform::auth::{Authorized, MayUpload};
use platform::problem::ApiError;
use platform::store::PartialId;
use schema::resumable_uploads::{self, ResumableUpload};
use uuid::Uuid;

use super::tus::{check_version, gone};
use crate::Door;
use crate::door::Sender;

/// An upload that the caller may write to, and as whom.
#[derive(Clone)]
pub struct Found {
    pub row: ResumableUpload,
    pub sender: Sender,
}

impl Found {
    /// Of a request: 404 for what is not the caller's, before anything else is looked at.
    pub async fn of(
        door: &Door,
        caller: &Authorized<MayUpload>,
        request: &HttpRequest,
        id: &str,
    ) -> Result<Self, ApiError> {
        let unknown = || ApiError::NotFound("resumable upload");
        let id: Uuid = id.parse().map_err(|_| unknown())?;
        let sender = sender(caller).await?;
        let mut found = Self { row: read(door, &sender, id).await?.ok_or_else(unknown)?, sender };
        if found.sender.meter_id.is_some_and(|own| found.row.meter_id != Some(own)) {
            return Err(unknown());
        }
        // What a meter began is a file of that meter, whoever goes on with it.
        found.sender.meter_id = found.row.meter_id;
        check_version(request)?;
        if found.row.expires_at <= door.clock.machine_now() {
            return Err(gone());
        }
        Ok(found)
    }

    /// The same upload as it is now.
    pub async fn again(&self, door: &Door) -> Result<Self, ApiError> {
        let row = read(door, &self.sender, self.row.id).await?;
        Ok(Self { row: row.ok_or(ApiError::NotFound("resumable upload"))?, sender: self.sender.clone() })
    }

    /// Its partial file.
    pub const fn file(&self) -> PartialId {
        PartialId { organization_id: self.row.organization_id, id: self.row.id }
    }

    /// Whether every byte is here.
    pub const fn is_whole(&self) -> bool {
        self.row.offset_bytes == self.row.length_bytes
    }
}

/// As whom a caller writes.
pub async fn sender(caller: &Authorized<MayUpload>) -> Result<Sender, ApiError> {
    let (meter_id, origin) = (caller.meter_id(), caller.origin().clone());
    Ok(Sender { scope: caller.scope().await?, meter_id, origin })
}

async fn read(door: &Door, sender: &Sender, id: Uuid) -> Result<Option<ResumableUpload>, ApiError> {
    let find = move |tx: &mut schema::Tx<'_>| Ok::<_, ApiError>(resumable_uploads::find(tx, id)?);
    door.db.run(sender.scope.clone(), find).await
}
