//! `audit verify`: whether the audit is as the service left it; `audit rewind-heads`: how it goes on after a restore.

use platform::audit::heads::{Head, Heads};
use platform::audit::{self, Event, Origin, verify};
use platform::clock::Clock;
use platform::config::{ClockSettings, Environment, Faults};
use platform::db::Db;
use platform::telemetry::start_logs;
use schema::Scope;
use serde_json::json;
use std::io::Write;

use crate::cli::{RewindArgs, VerifyArgs};
use crate::error::ServerError;

/// Verifies every chain, or one, and prints what is wrong.
pub async fn verify(args: &VerifyArgs) -> Result<(), ServerError> {
    let mut faults = Faults::default();
    let database = args.database.resolve(&Environment::of_process(), &mut faults);
    // The store matters where it is where the heads are by default.
    let store = (args.audit.audit_heads.is_empty()).then(|| args.store.resolve(&mut faults)).flatten();
    let audit = args.audit.resolve(store.as_ref(), &mut faults);
    let (Some(database), Some(audit)) = (database, audit) else { return Err(faults.into()) };
    faults.check()?;
    start_logs(&args.logs)?;
    let db = Db::new(&database, "usage-insight-audit")?;
    let heads = Heads::open(&audit)?;
    let organizations = match args.organization {
        Some(organization_id) => vec![organization_id],
        None => verify::organizations(&db, &heads).await?,
    };
    let (mut entries, mut published, mut findings) = (0, 0, 0);
    for &organization_id in &organizations {
        let verified = verify::verify(&db, &heads, organization_id, Clock::machine().machine_now()).await?;
        entries += verified.entries;
        published += verified.heads;
        findings += verified.findings.len();
        let mut out = std::io::stdout().lock();
        for finding in verified.findings {
            writeln!(out, "{finding}")?;
        }
    }
    if findings > 0 {
        return Err(ServerError::AuditFindings(findings));
    }
    let organizations = organizations.len();
    writeln!(
        std::io::stdout(),
        "as it was left: organizations {organizations}, sealed entries {entries}, published heads {published}"
    )?;
    Ok(())
}

/// Copies the heads that the chains still reach, and prints what is left out.
pub async fn rewind_heads(args: &RewindArgs) -> Result<(), ServerError> {
    let mut faults = Faults::default();
    let database = args.database.resolve(&Environment::of_process(), &mut faults);
    let clock = args.clock.resolve(&mut faults);
    let store = (args.audit.audit_heads.is_empty()).then(|| args.store.resolve(&mut faults)).flatten();
    let settings = args.audit.resolve(store.as_ref(), &mut faults);
    let (Some(database), Some(clock), Some(settings)) = (database, clock, settings) else {
        return Err(faults.into());
    };
    faults.check()?;
    start_logs(&args.logs)?;
    let db = Db::new(&database, "usage-insight-audit")?;
    let clock = Clock::start(ClockSettings { start: None, ..clock }, &db).await?;
    let heads = Heads::open(&settings)?;
    let organizations = verify::organizations(&db, &heads).await?;
    for &organization_id in &organizations {
        let scope = Scope::Organization(organization_id);
        let last = db.run(scope, |tx| Ok::<_, ServerError>(schema::audit::last_seal(tx)?)).await?;
        let end = last.map_or(0, |last| last.sequence);
        let left_out =
            heads.copy_until(organization_id, end, &args.into).map_err(verify::VerifyError::from)?;
        if let Some(lost) = left_out.last() {
            tell(&db, &clock, lost, end).await?;
            let (count, last) = (left_out.len(), lost.sequence);
            writeln!(
                std::io::stdout(),
                "organization {organization_id} sequence {end}: heads left out {count}, the last of sequence {last}"
            )?;
        }
    }
    writeln!(std::io::stdout(), "copied: organizations {}", organizations.len())?;
    Ok(())
}

/// The chain itself says from now on what it had been. An organization that the restored database does not know has no
/// chain to say it.
async fn tell(db: &Db, clock: &Clock, lost: &Head, end: i64) -> Result<(), ServerError> {
    let (organization_id, now) = (lost.organization_id, clock.now());
    let known = db.machinery(|tx| Ok::<_, ServerError>(schema::audit::organizations(tx)?)).await?;
    if !known.contains(&organization_id) {
        return Ok(());
    }
    let before = json!({ "sequence": lost.sequence, "hash": lost.hash, "published_at": lost.at });
    let event = Event::new("audit.rewind", "organization", organization_id).before(before);
    let event = event.after(json!({ "sequence": end }));
    let origin = Origin::system("rewind-heads");
    let record = move |tx: &mut schema::Tx<'_>| Ok::<_, ServerError>(audit::record(tx, &origin, event, now)?);
    db.run(Scope::Organization(organization_id), record).await
}
