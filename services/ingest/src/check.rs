//! What is checked before the answer (usage-data.md §4): everything but what needs inflating.

mod about;
mod signature;
mod standing;

use chrono::{DateTime, Utc};
use metering::{Code, Limits, Manifest, ProductKind, ReadError, Refusal, Refusals, UsageFile};
use platform::calendar;
use platform::problem::ApiError;
use platform::store::{Digest, Store, StoreError};
use schema::types::Signature;
use schema::{Tx, uploads};
use std::collections::HashMap;
use uuid::Uuid;

pub use self::about::{About, storable};
use self::standing::Standing;
use crate::Door;
use crate::door::Sender;
use crate::receive::store_error;

/// What is known of a file after its checks.
pub struct Verdict {
    /// What its manifest says; none when it could not be read.
    pub about: Option<About>,
    /// Whether it is signed; none when that was not judged, or the signature is wrong.
    pub signature: Option<Signature>,
    /// Why it is refused; empty when it is accepted.
    pub refusals: Refusals,
    /// What it was judged by; none when it could not be read.
    standing: Option<Standing>,
}

impl Verdict {
    /// Whether the file would be judged in the same way now; if not it is to be judged again.
    pub fn holds(&self, tx: &mut Tx<'_>, sender: &Sender) -> Result<bool, ApiError> {
        let (Some(about), Some(standing)) = (&self.about, &self.standing) else { return Ok(true) };
        Ok(Standing::of(tx, sender, about.meter_id)? == *standing)
    }
}

/// What the service knows of the things that a manifest names.
struct Known {
    standing: Standing,
    kinds: HashMap<Uuid, ProductKind>,
}

/// Checks a stored file.
pub async fn check(
    door: &Door,
    sender: &Sender,
    sha256: Digest,
    received_at: DateTime<Utc>,
) -> Result<Verdict, ApiError> {
    let turn = door.checker.turn().await?;
    let (store, limits) = (door.store.clone(), door.file_limits.clone());
    let opened = turn.run(move || open(&store, &sha256, &limits)).await??;
    let file = match opened {
        Ok(file) => file,
        Err(refusals) => return Ok(Verdict { about: None, signature: None, refusals, standing: None }),
    };
    let about = Some(About::of(&file.manifest));
    let known = known(door, sender, &file.manifest).await?;
    let standing = Some(known.standing.clone());
    let (signature, judged) = turn.run(move || judge(&file, &known, received_at)).await?;
    Ok(Verdict { about, signature, refusals: judged.err().unwrap_or_default(), standing })
}

fn open(store: &Store, sha256: &Digest, limits: &Limits) -> Result<Result<UsageFile, Refusals>, ApiError> {
    let stored = store.open(sha256).map_err(store_error)?;
    match UsageFile::open(&stored, limits) {
        Ok(file) => Ok(Ok(file)),
        Err(ReadError::Refused(refusals)) => Ok(Err(refusals)),
        Err(ReadError::Io(error)) => Err(store_error(StoreError::from(error))),
    }
}

async fn known(door: &Door, sender: &Sender, manifest: &Manifest) -> Result<Known, ApiError> {
    let meter_id = manifest.meter_id;
    let product_ids: Vec<Uuid> = manifest.products.iter().map(|product| product.id).collect();
    let sender = sender.clone();
    door.db
        .run(sender.scope.clone(), move |tx| {
            let standing = Standing::of(tx, &sender, meter_id)?;
            let kinds = uploads::product_kinds(tx, &product_ids)?;
            let kinds = kinds.into_iter().filter_map(|(id, kind)| Some((id, ProductKind::parse(&kind)?)));
            Ok(Known { standing, kinds: kinds.collect() })
        })
        .await
}

/// In the order in which the answers help most: a file of an unknown meter is not judged any further.
fn judge(
    file: &UsageFile,
    known: &Known,
    received_at: DateTime<Utc>,
) -> (Option<Signature>, Result<(), Refusals>) {
    let Standing { meter, require_signatures } = &known.standing;
    let Some(meter) = meter else { return (None, Err(meter_unknown(&file.manifest).into())) };
    match signature::judge(file, meter.public_key.as_deref(), *require_signatures) {
        Ok(signature) => (Some(signature), judge_content(file, known, received_at)),
        Err(refusal) => {
            let unsigned = refusal.code == Code::SignatureMissing;
            (unsigned.then_some(Signature::Unsigned), Err(refusal.into()))
        }
    }
}

fn judge_content(file: &UsageFile, known: &Known, received_at: DateTime<Utc>) -> Result<(), Refusals> {
    metering::keeps_kinds(&file.manifest, |id| known.kinds.get(&id).copied())?;
    metering::from_the_future(&file.manifest, calendar::instant(received_at)).map_or(Ok(()), Err)
}

fn meter_unknown(manifest: &Manifest) -> Refusal {
    let message = format!("your organization has no meter {}", manifest.meter_id);
    Refusal::new(Code::MeterUnknown, message).at_path("manifest.json").at_field("meter_id")
}
