//! `audit verify`: whether the audit is as the service left it.

use platform::audit::heads::Heads;
use platform::audit::verify;
use platform::clock::Clock;
use platform::config::{Environment, Faults};
use platform::db::Db;
use platform::telemetry::start_logs;
use std::io::Write;

use crate::cli::VerifyArgs;
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
