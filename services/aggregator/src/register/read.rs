//! Reading a file for what is new in it.

use crate::error::WorkError;
use metering::{
    Code, Collection, Limits, Manifest, ProductKind, ReadError, Refusal, Refusals, Statement, UsageFile,
    inflate, records,
};
use platform::calendar::utc;
use platform::db::Db;
use schema::evidence::{self, Known};
use schema::{Scope, Tx, uploads};
use std::collections::{BTreeSet, HashMap, HashSet};
use std::fs::File;
use uuid::Uuid;

/// (product, vCenter) pairs that one file may claim VMs on: each marks a unit for every month it touches.
const CLAIMED_VCENTERS_MAX: usize = 4_096;

/// A file whose new collections are what the manifest says of them.
pub struct Reading {
    /// Manifest and locations.
    pub file: UsageFile,
    /// One a collection: whether it was read, which a duplicate is not.
    pub verified: Vec<bool>,
    /// (product, vCenter) of every claim in what was read.
    pub claims: BTreeSet<(Uuid, Uuid)>,
}

/// Verifies all collections that no verified one of the same identity and digest is known of.
pub async fn read(
    db: &Db,
    scope: Scope,
    meter_id: Uuid,
    source: File,
    limits: Limits,
) -> Result<Result<Reading, Refusals>, WorkError> {
    let opened = tokio::task::spawn_blocking(move || {
        UsageFile::open(&source, &limits).map(|file| (source, limits, file))
    });
    let (source, limits, file) = match opened.await? {
        Ok(opened) => opened,
        Err(ReadError::Refused(refusals)) => return Ok(Err(refusals)),
        Err(ReadError::Io(error)) => return Err(error.into()),
    };
    let begins = file.manifest.collections.iter().map(|collection| collection.from);
    let window = begins.clone().min().zip(begins.max());
    let known: HashSet<Known> = match window {
        Some((from, to)) => db
            .run(scope, move |tx| Ok::<_, WorkError>(evidence::known(tx, meter_id, utc(from), utc(to))?))
            .await?
            .into_iter()
            .collect(),
        None => HashSet::new(),
    };
    let verified = tokio::task::spawn_blocking(move || verify(&source, file, &known, &limits));
    match verified.await? {
        Ok(reading) => Ok(Ok(reading)),
        Err(ReadError::Refused(refusals)) => Ok(Err(refusals)),
        Err(ReadError::Io(error)) => Err(error.into()),
    }
}

fn verify(
    source: &File,
    file: UsageFile,
    known: &HashSet<Known>,
    limits: &Limits,
) -> Result<Reading, ReadError> {
    let kinds: HashMap<_, _> =
        file.manifest.products.iter().map(|product| (product.id, product.kind)).collect();
    let mut refusals = Refusals::new();
    let mut claims = BTreeSet::new();
    let mut verified = Vec::with_capacity(file.locations.len());
    let mut buffer = Vec::new();
    for (collection, location) in file.manifest.collections.iter().zip(&file.locations) {
        let new = !known.contains(&identity(collection));
        verified.push(new);
        let Some(kind) = kinds.get(&collection.product_id).filter(|_| new) else { continue };
        let read = inflate(source, location, collection, limits, &mut buffer)
            .and_then(|()| claim(&buffer, collection, *kind, limits, &mut claims));
        match read {
            Ok(()) => {}
            Err(ReadError::Io(error)) => return Err(error.into()),
            Err(ReadError::Refused(found)) => {
                for refusal in found.into_vec() {
                    refusals.push(refusal);
                }
            }
        }
        if claims.len() > CLAIMED_VCENTERS_MAX {
            let message = format!("the file claims VMs on more than {CLAIMED_VCENTERS_MAX} vCenters");
            refusals.push(Refusal::new(Code::LimitExceeded, message).at_path(collection.path.clone()));
            break;
        }
        if refusals.is_full() {
            break;
        }
    }
    Ok(refusals.into_result(Reading { file, verified, claims })?)
}

/// Judges every line and notes the vCenters that another product claims VMs of.
fn claim(
    bytes: &[u8],
    collection: &Collection,
    kind: ProductKind,
    limits: &Limits,
    claims: &mut BTreeSet<(Uuid, Uuid)>,
) -> Result<(), ReadError> {
    let mut last = None;
    records(bytes, collection, kind, limits, |line| {
        if let Statement::Feature(claim) = &line.statement
            && last.replace(claim.vcenter) != Some(claim.vcenter)
        {
            claims.insert((collection.product_id, claim.vcenter));
        }
    })?;
    Ok(())
}

fn identity(collection: &Collection) -> Known {
    Known {
        product_id: collection.product_id,
        kind: collection.kind.as_str().to_owned(),
        from_at: utc(collection.from),
        to_at: utc(collection.to),
        sha256: collection.sha256.to_vec(),
    }
}

/// Whether every product still has the kind of its first mention: another upload may have named it meanwhile.
pub fn keeps_kinds(tx: &mut Tx<'_>, manifest: &Manifest) -> Result<Result<(), Refusals>, WorkError> {
    let ids: Vec<Uuid> = manifest.products.iter().map(|product| product.id).collect();
    let known = uploads::product_kinds(tx, &ids)?;
    Ok(metering::keeps_kinds(manifest, |id| known.get(&id).and_then(|kind| ProductKind::parse(kind))))
}
