//! *Meter*: a unit's rows from all evidence in force, stored as what changed since its last version.

mod rows;
mod save;
mod sources;

use crate::context::Context;
use crate::error::WorkError;
use metering::evidence::{Piece, on_time};
use metering::{Catalogue, Metering, Timeline};
use platform::calendar::{instant, month_of, utc};
use platform::durable::{Step, durable};
use schema::bulk::ensure_vm_history_partition;
use schema::evidence::InForce;
use schema::units::{self, Unit, UnitKey};
use schema::{Scope, evidence};
use sources::StoredFiles;
use std::time::Instant as Stopwatch;
use uuid::Uuid;

/// What a metering starts from.
struct Plan {
    unit: Unit,
    evidence: Vec<InForce>,
}

/// Meters a unit, unless a metering begun after the mark has answered it. Several marks share one metering.
pub async fn meter(context: &Context, organization_id: Uuid, key: UnitKey) -> Result<(), WorkError> {
    let scope = || Scope::Organization(organization_id);
    let Some(plan) = context.db.run(scope(), move |tx| plan(tx, key)).await? else { return Ok(()) };
    let started = Stopwatch::now();
    let (unit, timeline) = fold(context, key, plan).await?;
    let folded_ms = started.elapsed().as_millis();
    let (now, machine_now) = (context.clock.now(), context.clock.machine_now());
    // Only months with rows: a file may reach into any month that a calendar has.
    if timeline.vcenters().any(|vcenter| vcenter.rows().len() > 0) {
        let ensure =
            move |tx: &mut schema::Tx<'_>| Ok::<_, WorkError>(ensure_vm_history_partition(tx, key.month)?);
        durable(Step::MakePartition, context.db.run(scope(), ensure)).await?;
    }
    let save = move |tx: &mut schema::Tx<'_>| {
        save::save(tx, organization_id, &key, &unit, &timeline, now, machine_now)
    };
    let outcome = durable(Step::SaveUnit, context.db.run(scope(), save)).await?;
    let total_ms = started.elapsed().as_millis();
    tracing::info!(
        organization_id = %organization_id, billing_mode = %key.billing_mode, vcenter_id = %key.vcenter_id,
        month = %key.month, folded_ms, total_ms, ?outcome, "unit metered"
    );
    Ok(())
}

fn plan(tx: &mut schema::Tx<'_>, key: UnitKey) -> Result<Option<Plan>, WorkError> {
    let Some(unit) = units::find(tx, &key)? else { return Err(WorkError::Vanished("unit")) };
    if unit.done >= unit.wanted {
        return Ok(None);
    }
    let month = month_of(key.month);
    let window = (utc(month.evidence_begin()), utc(month.end()));
    let evidence = evidence::in_force(tx, key.billing_mode, key.vcenter_id, window)?;
    Ok(Some(Plan { unit, evidence }))
}

async fn fold(context: &Context, key: UnitKey, plan: Plan) -> Result<(Unit, Timeline), WorkError> {
    let month = month_of(key.month);
    let deadline_ms = context.deadline_ms;
    let (store, limits) = (context.store.clone(), context.limits.clone());
    let folded = tokio::task::spawn_blocking(move || {
        let Plan { unit, mut evidence } = plan;
        // Late evidence is kept and not used; as lead-in it serves all the same (metering.md §5).
        evidence.retain(|row| on_time(month, instant(row.from_at), instant(row.received_at), deadline_ms));
        let mut files = StoredFiles::new(store);
        let pieces: Vec<Piece> = evidence.iter().map(|row| files.piece(row)).collect::<Result<_, _>>()?;
        let catalogue = Catalogue::default();
        let metering = Metering { month, catalogue: &catalogue, limits: &limits, only: Some(key.vcenter_id) };
        let timeline = metering.run(&files, &pieces, || {})?;
        Ok::<_, WorkError>((unit, timeline))
    });
    folded.await?
}
