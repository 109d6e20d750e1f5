//! Verification: recomputes an organization's chain and compares it with its published heads.
//!
//! It runs beside the sealer. What a published head must cover is read first, the heads next, the chain last: each grows
//! before the one that is read before it.

mod finding;
mod walk;

use chrono::{DateTime, TimeDelta, Utc};
use schema::audit::{self, Unsealed};
use schema::{Scope, Tx};
use uuid::Uuid;

pub use self::finding::{Fault, Finding};
use self::walk::Walk;
use super::chain::Hash;
use super::heads::{Head, HeadError, Heads, Line};
use crate::db::{Db, DbError};

/// A sealer that is at work needs a second.
const UNSEALED_MAX: TimeDelta = TimeDelta::minutes(1);

/// Read in one transaction.
const PAGE: i64 = 1_000;

/// Why a chain could not be verified.
#[derive(Debug, thiserror::Error)]
pub enum VerifyError {
    /// The chain cannot be read.
    #[error(transparent)]
    Database(#[from] DbError),
    /// The heads cannot be read.
    #[error(transparent)]
    Head(#[from] HeadError),
    /// The thread that read was lost.
    #[error(transparent)]
    Task(#[from] tokio::task::JoinError),
}

/// What verification came to.
#[derive(Debug, Default)]
pub struct Verified {
    /// Sealed entries.
    pub entries: u64,
    /// Published heads.
    pub heads: u64,
    /// What is wrong; empty when nothing is.
    pub findings: Vec<Finding>,
}

/// The organizations that have a chain, or heads of one.
pub async fn organizations(db: &Db, heads: &Heads) -> Result<Vec<Uuid>, VerifyError> {
    let heads = heads.clone();
    let mut found = tokio::task::spawn_blocking(move || heads.organizations()).await??;
    found.extend(db.machinery(|tx| Ok::<_, DbError>(audit::organizations(tx)?)).await?);
    found.sort_unstable();
    found.dedup();
    Ok(found)
}

/// Verifies the chain of an organization.
pub async fn verify(
    db: &Db,
    heads: &Heads,
    organization_id: Uuid,
    machine_now: DateTime<Utc>,
) -> Result<Verified, VerifyError> {
    let scope = || Scope::Organization(organization_id);
    let covered = db.run(scope(), |tx| Ok::<_, DbError>(audit::published_at_least(tx)?)).await?;
    let heads = heads.clone();
    let published = tokio::task::spawn_blocking(move || Published::read(&heads, organization_id)).await??;
    let mut findings = published.findings;
    let last_published = published.heads.last().map_or(0, |(sequence, _)| *sequence);
    if last_published < covered {
        findings.push(Finding::at(organization_id, covered, Fault::Unpublished { last_published }));
    }
    let heads = published.heads.len() as u64;
    let mut walk = Walk::new(organization_id, published.heads);
    loop {
        let after = walk.sequence();
        let page = db.run(scope(), move |tx| Ok::<_, DbError>(audit::links(tx, after, PAGE)?)).await?;
        if page.is_empty() {
            break;
        }
        for (seal, entry) in &page {
            walk.take(seal, entry.as_ref());
        }
    }
    let entries = walk.count();
    findings.extend(walk.end());
    findings.extend(db.run(scope(), move |tx| unsealed(tx, organization_id, machine_now)).await?);
    Ok(Verified { entries, heads, findings })
}

/// The entries that should have been sealed.
fn unsealed(
    tx: &mut Tx<'_>,
    organization_id: Uuid,
    machine_now: DateTime<Utc>,
) -> Result<Vec<Finding>, DbError> {
    let mut findings = Vec::new();
    let mut after = Uuid::nil();
    loop {
        let page = audit::unsealed(tx, after, PAGE)?;
        let Some(last) = page.last() else { return Ok(findings) };
        after = last.entry_id;
        for Unsealed { entry_id, waits } in page {
            let is_fresh = made_at(entry_id).is_some_and(|at| (machine_now - at).abs() <= UNSEALED_MAX);
            let fault = match (waits, is_fresh) {
                (true, true) => continue,
                (true, false) => Fault::Unsealed,
                (false, _) => Fault::Forgotten,
            };
            findings.push(Finding { organization_id, sequence: None, entry_id: Some(entry_id), fault });
        }
    }
}

/// When an entry was made by the machine's clock, as its id says: its time is business time, which may be moved.
pub(super) fn made_at(entry_id: Uuid) -> Option<DateTime<Utc>> {
    let (seconds, nanos) = entry_id.get_timestamp()?.to_unix();
    DateTime::from_timestamp(i64::try_from(seconds).ok()?, nanos)
}

/// The heads of an organization as far as they are in order, and what is wrong with the others.
struct Published {
    organization_id: Uuid,
    heads: Vec<(i64, Hash)>,
    findings: Vec<Finding>,
}

impl Published {
    fn read(heads: &Heads, organization_id: Uuid) -> Result<Self, HeadError> {
        let mut published = Self { organization_id, heads: Vec::new(), findings: Vec::new() };
        let mut number = 0;
        heads.read(organization_id, |line| {
            number += 1;
            match line {
                Line::Head(head) => published.take(&head),
                Line::Unsigned => published.find(None, Fault::Unsigned { line: number }),
                Line::Torn => {}
            }
        })?;
        Ok(published)
    }

    fn take(&mut self, head: &Head) {
        let last = self.heads.last().map_or(0, |(sequence, _)| *sequence);
        let mut hash = [0; 32];
        if head.organization_id != self.organization_id {
            self.find(Some(head.sequence), Fault::ForeignHead);
        } else if head.sequence <= last {
            self.find(Some(head.sequence), Fault::HeadOutOfOrder { last });
        } else if hex::decode_to_slice(&head.hash, &mut hash).is_err() {
            self.find(Some(head.sequence), Fault::NotAsPublished);
        } else {
            if head.previous != last {
                self.find(Some(head.sequence), Fault::HeadOutOfOrder { last });
            }
            self.heads.push((head.sequence, hash));
        }
    }

    fn find(&mut self, sequence: Option<i64>, fault: Fault) {
        let organization_id = self.organization_id;
        self.findings.push(Finding { organization_id, sequence, entry_id: None, fault });
    }
}
