//! *Register*: an upload's file is read and verified, its collections become evidence, and every unit that they
//! touch is marked for metering.

mod marks;
mod read;

use crate::context::{ATTEMPTS_MAX, Context};
use crate::error::WorkError;
use crate::outbox;
use crate::stored::{digest, is_intact};
use chrono::{DateTime, Utc};
use metering::Refusals;
use platform::audit::{self, Event, Origin};
use platform::broker::Queue;
use platform::durable::{Step, durable};
use read::Reading;
use schema::evidence::{self, NewCollection};
use schema::types::UploadStatus;
use schema::uploads::{self, Progress, Waiting};
use schema::{Scope, Tx, attempts, dead_letters, units};
use serde_json::json;
use std::collections::BTreeSet;
use uuid::Uuid;

/// Registers an upload, and before it those of the same meter that were received earlier: which of two
/// conflicting collections holds must not hang on the order of processing.
pub async fn register(context: &Context, organization_id: Uuid, upload_id: Uuid) -> Result<(), WorkError> {
    let scope = || Scope::Organization(organization_id);
    let waiting = context.db.run(scope(), move |tx| waiting(tx, upload_id)).await?;
    let Some((meter_id, waiting)) = waiting else { return Ok(()) };
    for upload in waiting {
        let id = upload.id;
        let failed = |error: WorkError| if id == upload_id { error } else { error.of_earlier(id) };
        register_one(context, organization_id, meter_id, upload).await.map_err(failed)?;
        if id == upload_id {
            break;
        }
    }
    Ok(())
}

/// The uploads to register, oldest first, up to this one; `None` when it does not wait any more.
fn waiting(tx: &mut Tx<'_>, upload_id: Uuid) -> Result<Option<(Uuid, Vec<Waiting>)>, WorkError> {
    let Some(upload) = uploads::find(tx, upload_id)? else { return Err(WorkError::Vanished("upload")) };
    let (Some(meter_id), UploadStatus::Received) = (upload.meter_id, upload.status) else { return Ok(None) };
    // One that went to the dead letters holds up nobody.
    let mut given_up = attempts::exhausted(tx, Queue::Register.as_str(), ATTEMPTS_MAX)?;
    given_up.extend(dead_letters::given_up(tx, Queue::Register.as_str())?);
    let mut waiting = uploads::waiting_of_meter(tx, meter_id)?;
    waiting.retain(|other| other.id == upload_id || !given_up.contains(&other.id.to_string()));
    Ok(Some((meter_id, waiting)))
}

async fn register_one(
    context: &Context,
    organization_id: Uuid,
    meter_id: Uuid,
    upload: Waiting,
) -> Result<(), WorkError> {
    let scope = || Scope::Organization(organization_id);
    let file = context.store.open(&digest(&upload.sha256)?)?;
    let limits = context.limits.clone();
    let read = context.db.clone();
    let reading = read::read(&read, scope(), meter_id, file, limits).await?;
    let now = context.clock.now();
    let machine_now = context.clock.machine_now();
    match reading {
        Ok(reading) => {
            let save = move |tx: &mut Tx<'_>| save(tx, organization_id, &upload, &reading, now, machine_now);
            durable(Step::RegisterUpload, context.db.run(scope(), save)).await
        }
        Err(refusals) => {
            // The file was whole when it was received: what was damaged here is no fault of the partner's.
            if !is_intact(&context.store, digest(&upload.sha256)?).await? {
                return Err(WorkError::Damaged);
            }
            let refuse = move |tx: &mut Tx<'_>| refuse(tx, &upload, &refusals, now);
            durable(Step::RefuseUpload, context.db.run(scope(), refuse)).await
        }
    }
}

/// One transaction: collections, products, claims, marks, and the messages that have the units metered.
fn save(
    tx: &mut Tx<'_>,
    organization_id: Uuid,
    upload: &Waiting,
    reading: &Reading,
    now: DateTime<Utc>,
    machine_now: DateTime<Utc>,
) -> Result<(), WorkError> {
    let manifest = &reading.file.manifest;
    evidence::lock_meter(tx, manifest.meter_id)?;
    if !still_waits(tx, upload.id)? {
        return Ok(());
    }
    let kinds: Vec<_> = manifest.products.iter().map(|product| (product.id, product.kind.as_str())).collect();
    evidence::add_products(tx, &kinds)?;
    if let Err(refusals) = read::keeps_kinds(tx, manifest)? {
        return refuse_locked(tx, upload, &refusals, now);
    }
    let claims: Vec<_> = reading.claims.iter().copied().collect();
    evidence::add_claims(tx, &claims)?;
    let outran = evidence::any_received_later(tx, manifest.meter_id, upload.received_at, upload.id)?;
    evidence::register(tx, &rows(organization_id, upload, reading))?;
    let touched = marks::touched(tx, reading, outran, now)?;
    let marked = units::mark(tx, &touched)?;
    units::link_upload(tx, upload.id, &marked)?;
    for (key, _) in &marked {
        outbox::put(tx, &outbox::meter(organization_id, key), machine_now)?;
    }
    let (status, processed_at) = if marked.is_empty() {
        (UploadStatus::Processed, Some(now))
    } else {
        (UploadStatus::Processing, None)
    };
    uploads::set_progress(tx, upload.id, &Progress { status, processed_at, errors: &json!([]) })?;
    Ok(())
}

/// Another worker may have registered it meanwhile; then there is nothing left to do.
fn still_waits(tx: &mut Tx<'_>, upload_id: Uuid) -> Result<bool, WorkError> {
    Ok(uploads::find(tx, upload_id)?.is_some_and(|upload| upload.status == UploadStatus::Received))
}

fn refuse(
    tx: &mut Tx<'_>,
    upload: &Waiting,
    refusals: &Refusals,
    now: DateTime<Utc>,
) -> Result<(), WorkError> {
    if still_waits(tx, upload.id)? { refuse_locked(tx, upload, refusals, now) } else { Ok(()) }
}

fn refuse_locked(
    tx: &mut Tx<'_>,
    upload: &Waiting,
    refusals: &Refusals,
    now: DateTime<Utc>,
) -> Result<(), WorkError> {
    let errors = json!(refusals);
    let progress = Progress { status: UploadStatus::Rejected, processed_at: Some(now), errors: &errors };
    uploads::set_progress(tx, upload.id, &progress)?;
    let codes: BTreeSet<_> = refusals.as_slice().iter().map(|refusal| refusal.code.as_str()).collect();
    let event = Event::new("upload.refuse", "upload", upload.id).after(json!({ "refusals": codes }));
    audit::record(tx, &Origin::system("register"), event, now)?;
    Ok(())
}

fn rows<'r>(organization_id: Uuid, upload: &Waiting, reading: &'r Reading) -> Vec<NewCollection<'r>> {
    let file = &reading.file;
    let pairs = file.manifest.collections.iter().zip(&file.locations).zip(&reading.verified);
    (0_i32..)
        .zip(pairs)
        .map(|(ordinal, ((collection, location), verified))| NewCollection {
            organization_id,
            upload_id: upload.id,
            ordinal,
            meter_id: file.manifest.meter_id,
            product_id: collection.product_id,
            kind: collection.kind.as_str(),
            from_at: platform::calendar::utc(collection.from),
            to_at: platform::calendar::utc(collection.to),
            records: collection.records.cast_signed(),
            sha256: &collection.sha256,
            received_at: upload.received_at,
            verified: *verified,
            path: &collection.path,
            entry_offset: location.offset.cast_signed(),
            stored_bytes: location.stored_bytes.cast_signed(),
            inflated_bytes: location.inflated_bytes.cast_signed(),
            method: location.method.number().cast_signed(),
            crc32: i64::from(location.crc32),
        })
        .collect()
}
