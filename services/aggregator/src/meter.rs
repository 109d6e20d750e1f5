//! *Meter*: a unit's rows from all evidence in force, stored as what changed since its last version. It begins at the
//! latest checkpoint before which no evidence has changed, so that one more day costs that day.

mod checkpoints;
pub mod rows;
mod save;
mod sources;

use crate::context::Context;
use crate::error::WorkError;
use checkpoints::Standing;
use metering::evidence::{Piece, on_time};
use metering::{Catalogue, Limits, Metering};
use platform::calendar::{instant, month_of, utc};
use platform::durable::{Step, durable};
use save::Found;
use schema::bulk::ensure_vm_history_partition;
use schema::units::{self, Unit, UnitKey};
use schema::{Scope, evidence};
pub use sources::StoredFiles;
use std::time::Instant as Stopwatch;
use uuid::Uuid;

/// What a metering starts from.
struct Plan {
    unit: Unit,
    files: StoredFiles,
    pieces: Vec<Piece>,
    standing: Standing,
}

/// Meters a unit, unless a metering begun after the mark has answered it. Several marks share one metering.
pub async fn meter(context: &Context, organization_id: Uuid, key: UnitKey) -> Result<(), WorkError> {
    let scope = || Scope::Organization(organization_id);
    let (deadline_ms, store, limits) = (context.deadline_ms, context.store.clone(), context.limits.clone());
    let files = StoredFiles::new(store);
    let plan = context.db.run(scope(), move |tx| plan(tx, key, deadline_ms, files)).await?;
    let Some(plan) = plan else { return Ok(()) };
    let started = Stopwatch::now();
    let found = tokio::task::spawn_blocking(move || fold(key, plan, &limits)).await??;
    let folded_ms = started.elapsed().as_millis();
    let begin = found.standing.begin;
    let times = (context.clock.now(), context.clock.machine_now());
    // Only months with rows: a file may reach into any month that a calendar has.
    if found.continued.timeline.vcenters().any(|vcenter| vcenter.rows().len() > 0) {
        let ensure =
            move |tx: &mut schema::Tx<'_>| Ok::<_, WorkError>(ensure_vm_history_partition(tx, key.month)?);
        durable(Step::MakePartition, context.db.run(scope(), ensure)).await?;
    }
    let save = move |tx: &mut schema::Tx<'_>| save::save(tx, organization_id, &key, &found, times);
    let outcome = durable(Step::SaveUnit, context.db.run(scope(), save)).await?;
    let total_ms = started.elapsed().as_millis();
    tracing::info!(
        organization_id = %organization_id, billing_mode = %key.billing_mode, vcenter_id = %key.vcenter_id,
        month = %key.month, ?begin, folded_ms, total_ms, ?outcome, "unit metered"
    );
    Ok(())
}

fn plan(
    tx: &mut schema::Tx<'_>,
    key: UnitKey,
    deadline_ms: i64,
    mut files: StoredFiles,
) -> Result<Option<Plan>, WorkError> {
    let Some(unit) = units::find(tx, &key)? else { return Err(WorkError::Vanished("unit")) };
    if unit.done >= unit.wanted {
        return Ok(None);
    }
    let month = month_of(key.month);
    let window = (utc(month.evidence_begin()), utc(month.end()));
    let mut evidence = evidence::in_force(tx, key.billing_mode, key.vcenter_id, window)?;
    // Late evidence is kept and not used; as lead-in it serves all the same (metering.md §5).
    evidence.retain(|row| on_time(month, instant(row.from_at), instant(row.received_at), deadline_ms));
    let pieces: Vec<Piece> = evidence.iter().map(|row| files.piece(row)).collect::<Result<_, _>>()?;
    let (catalogue, limits) = (Catalogue::default(), Limits::default());
    let standing = Standing::of(tx, &key, &metering(&key, &catalogue, &limits), &pieces)?;
    Ok(Some(Plan { unit, files, pieces, standing }))
}

fn fold(key: UnitKey, plan: Plan, limits: &Limits) -> Result<Found, WorkError> {
    let Plan { unit, files, pieces, mut standing } = plan;
    let catalogue = Catalogue::default();
    let beginning = standing.beginning.take();
    let continued = metering(&key, &catalogue, limits).resume(&files, &pieces, beginning)?;
    Ok(Found { unit, standing, continued })
}

fn metering<'m>(key: &UnitKey, catalogue: &'m Catalogue, limits: &'m Limits) -> Metering<'m> {
    Metering { month: month_of(key.month), catalogue, limits, only: Some(key.vcenter_id) }
}
