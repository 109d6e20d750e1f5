//! The sealer: one leader among many processes makes waiting entries links of their chains and publishes the heads.
//!
//! Three steps for each organization, each repeatable: links and their hashes in one transaction; the head, on the disk
//! of another place; then the work is done and forgotten. Whoever comes after a crash begins at the first.

use schema::Scope;
use schema::audit::{self, Backlog, Seal};
use serde_json::{Value, json};
use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};
use uuid::Uuid;

use super::chain::{self, BEFORE_FIRST};
use super::heads::{HeadError, Heads};
use super::verify::made_at;
use crate::clock::Clock;
use crate::db::{Db, DbError};
use crate::stop::Stop;

/// Between two looks at what waits: an entry is to be sealed within a second.
const TICK: Duration = Duration::from_millis(250);
/// Between two tries to become the leader.
const FOLLOW: Duration = Duration::from_secs(1);
/// Before the next try for an organization that failed, so that a lasting failure does not fill the log.
const PAUSE: Duration = Duration::from_secs(5);
/// Links added in one transaction.
const BATCH: i64 = 1_000;

/// Seals entries and publishes heads. Cheap to clone.
#[derive(Clone)]
pub struct Sealer {
    db: Db,
    clock: Clock,
    heads: Heads,
    unpublished: Arc<AtomicU32>,
}

/// Why an organization's entries were not sealed, or their head not published.
#[derive(Debug, thiserror::Error)]
pub enum SealError {
    /// Not sealed.
    #[error(transparent)]
    Database(#[from] DbError),
    /// Sealed and not published.
    #[error("a head is not published: {0}")]
    Head(#[from] HeadError),
    /// The thread that wrote was lost.
    #[error(transparent)]
    Task(#[from] tokio::task::JoinError),
}

/// What a round came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Round {
    /// A chain has more to seal than one transaction takes.
    pub more: bool,
    /// Organizations whose entries could not be sealed.
    pub unsealed: u32,
    /// Organizations whose head could not be published.
    pub unpublished: u32,
}

/// An organization whose turn waits for a while, so that it holds up no other.
struct Failed {
    at: Instant,
    /// Its entries are sealed, their head is not published.
    sealed: bool,
}

/// A chain after its entries were sealed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sealed {
    /// Its last link; none when it has none.
    pub last: Option<Seal>,
    /// How many links were added.
    pub added: usize,
}

impl Sealer {
    /// Of the entries in this database.
    pub fn new(db: Db, clock: Clock, heads: Heads) -> Self {
        Self { db, clock, heads, unpublished: Arc::default() }
    }

    /// Seals while this process leads, and waits for its turn otherwise, until the stop.
    pub async fn run(self, mut stop: Stop) {
        while !stop.is_stopped() {
            match self.db.try_lead("audit sealer").await {
                Ok(Some(mut leadership)) => {
                    tracing::info!("leading the sealing of the audit");
                    let mut failed = HashMap::new();
                    while !stop.is_stopped() && leadership.holds().await {
                        let pause = self.turn(&mut failed).await;
                        stop.sleep(pause).await;
                    }
                }
                Ok(None) => drop(stop.sleep(FOLLOW).await),
                Err(error) => {
                    tracing::warn!(%error, "cannot ask for the lead of the sealing of the audit");
                    stop.sleep(FOLLOW).await;
                }
            }
        }
    }

    /// A round of those that have not just failed, and how long to wait after it.
    async fn turn(&self, failed: &mut HashMap<Uuid, Failed>) -> Duration {
        failed.retain(|_, failed| failed.at.elapsed() < PAUSE);
        match self.round_but(failed).await {
            Ok(Round { more: true, .. }) => Duration::ZERO,
            Ok(_) => TICK,
            Err(error) => {
                tracing::error!(%error, "the audit is not sealed, will try again");
                PAUSE
            }
        }
    }

    /// Seals what waits, organization by organization; one that fails does not hold up the others.
    pub async fn round(&self) -> Result<Round, DbError> {
        self.round_but(&mut HashMap::new()).await
    }

    /// The same without those that failed, to which others are added.
    async fn round_but(&self, failed: &mut HashMap<Uuid, Failed>) -> Result<Round, DbError> {
        let mut round = Round::default();
        let mut waiting = self.db.machinery(|tx| Ok::<_, DbError>(audit::waiting(tx)?)).await?;
        waiting.retain(|organization_id| !failed.contains_key(organization_id));
        for organization_id in waiting {
            match self.work_off(organization_id).await {
                Ok(more) => round.more |= more,
                Err(error) => {
                    tracing::error!(%organization_id, %error, "the audit is not sealed and published, will try again");
                    let sealed = !matches!(error, SealError::Database(_));
                    *if sealed { &mut round.unpublished } else { &mut round.unsealed } += 1;
                    failed.insert(organization_id, Failed { at: Instant::now(), sealed });
                }
            }
        }
        let unpublished = failed.values().filter(|failed| failed.sealed).count();
        let unpublished = u32::try_from(unpublished).unwrap_or(u32::MAX);
        self.unpublished.store(unpublished, Ordering::Relaxed);
        metrics::gauge!("audit_heads_unpublished").set(f64::from(unpublished));
        Ok(round)
    }

    /// All steps for one organization; whether it has more.
    async fn work_off(&self, organization_id: Uuid) -> Result<bool, SealError> {
        let Sealed { last, added } = self.seal(organization_id).await?;
        let Some(last) = last else { return Ok(false) };
        self.publish(&last).await?;
        self.settle(organization_id, last.sequence).await?;
        Ok(usize::try_from(BATCH).is_ok_and(|batch| added >= batch))
    }

    /// The first step: makes waiting entries links of their chain.
    pub async fn seal(&self, organization_id: Uuid) -> Result<Sealed, DbError> {
        let sealed = self.db.run(Scope::Organization(organization_id), |tx| {
            audit::lock_chain(tx)?;
            let last = audit::last_seal(tx)?;
            let links = links(last.as_ref(), &audit::to_seal(tx, BATCH)?);
            audit::add_seals(tx, &links)?;
            Ok::<_, DbError>(Sealed { added: links.len(), last: links.into_iter().last().or(last) })
        });
        let sealed = sealed.await?;
        metrics::counter!("audit_entries_sealed_total").increment(sealed.added as u64);
        Ok(sealed)
    }

    /// The second: publishes where the chain ends.
    pub async fn publish(&self, last: &Seal) -> Result<(), SealError> {
        let (heads, last, machine_now) = (self.heads.clone(), last.clone(), self.clock.machine_now());
        let publish = move || heads.publish(last.organization_id, last.sequence, &last.hash, machine_now);
        Ok(tokio::task::spawn_blocking(publish).await??)
    }

    /// The third: what the head covers waits no longer.
    pub async fn settle(&self, organization_id: Uuid, sequence: i64) -> Result<(), DbError> {
        let scope = Scope::Organization(organization_id);
        self.db.run(scope, move |tx| Ok(audit::settle(tx, sequence)?)).await
    }

    /// What waits, for the details of `/readyz`.
    pub async fn detail(&self) -> Value {
        let backlog = self.db.machinery(|tx| Ok::<_, DbError>(audit::backlog(tx)?)).await;
        let Ok(Backlog { count, oldest }) = backlog else { return Value::Null };
        let oldest =
            oldest.and_then(made_at).map(|at| (self.clock.machine_now() - at).num_milliseconds().max(0));
        let unpublished = self.unpublished.load(Ordering::Relaxed);
        json!({"waiting": count, "oldest_age_ms": oldest, "heads_unpublished": unpublished})
    }
}

/// The links that these entries make after the last.
fn links(last: Option<&Seal>, entries: &[audit::Entry]) -> Vec<Seal> {
    let (mut sequence, mut hash) =
        last.map_or_else(|| (0, BEFORE_FIRST.to_vec()), |last| (last.sequence, last.hash.clone()));
    let mut link = |entry: &audit::Entry| {
        sequence += 1;
        hash = chain::hash(&hash, entry).to_vec();
        Seal { organization_id: entry.organization_id, sequence, entry_id: entry.id, hash: hash.clone() }
    };
    entries.iter().map(&mut link).collect()
}
