//! `verify-month`: whether a month's figures are what follows from its stored files.

mod print;

use aggregator::verify::{Outcome, Sums, Verifier};
use aggregator::{Context, WorkError};
use chrono::NaiveDate;
use platform::calendar::first_day;
use platform::clock::Clock;
use platform::config::{Environment, Faults};
use platform::db::Db;
use platform::stop;
use platform::store::Store;
use platform::telemetry::start_logs;
use schema::types::BillingMode;
use schema::units::{self, UnitKey};
use schema::{Scope, runs};
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use uuid::Uuid;

use self::print::Printer;
use crate::cli::VerifyMonthArgs;
use crate::error::ServerError;
use crate::roles;

/// An organization's months of one mode, each with its units.
type Work = BTreeMap<(Uuid, BillingMode), Vec<UnitKey>>;

/// Verifies the units of a month and its reports, prints what differs, and sums up.
pub async fn verify_month(args: &VerifyMonthArgs) -> Result<(), ServerError> {
    use ServerError::{Configuration, MonthDiffers, NotVerified};
    match run(args).await {
        Err(error @ (Configuration(_) | MonthDiffers(_) | NotVerified(_))) => Err(error),
        // Whatever else was in the way, no verdict was reached.
        Err(error) => Err(NotVerified(error.to_string())),
        Ok(()) => Ok(()),
    }
}

async fn run(args: &VerifyMonthArgs) -> Result<(), ServerError> {
    let mut faults = Faults::default();
    let database = args.database.resolve(&Environment::of_process(), &mut faults);
    let store = args.store.resolve(&mut faults);
    let deadline = args.deadline.resolve(&mut faults);
    let (Some(database), Some(store), Some(deadline)) = (database, store, deadline) else {
        return Err(faults.into());
    };
    faults.check()?;
    start_logs(&args.logs)?;
    let db = Db::new(&database, "usage-insight-verify")?;
    let store = Store::open_folder(&store)?;
    store.check_readable()?;
    let context = Context::new(db, store, Clock::machine(), Arc::default(), roles::deadline(deadline));
    let work = work(&context, args).await?;
    let mut printer = Printer::new(args.json, work.values().map(Vec::len).sum());
    // Told to end, the process ends: there is nothing to leave in order.
    let (_source, stop) = stop::pair();
    let verifier = Verifier::new(context, stop).telling(printer.progress());
    verify(&verifier, first_day(args.month), work, &mut printer).await?;
    printer.end()
}

/// The units that were asked for.
async fn work(context: &Context, args: &VerifyMonthArgs) -> Result<Work, WorkError> {
    let organizations = match args.organization {
        Some(organization_id) => vec![organization_id],
        None => context.db.machinery(|tx| Ok::<_, WorkError>(runs::organizations_with_work(tx)?)).await?,
    };
    let (month, mode, vcenter) = (first_day(args.month), args.mode, args.vcenter);
    let mut work = Work::new();
    for organization_id in organizations {
        let modes = BillingMode::ALL.iter().copied().filter(|each| mode.is_none_or(|mode| mode == *each));
        for mode in modes {
            let scope = Scope::Organization(organization_id);
            let of_month =
                move |tx: &mut schema::Tx<'_>| Ok::<_, WorkError>(units::of_month(tx, mode, month)?);
            let units = context.db.run(scope, of_month).await?.into_iter();
            let wanted = units.filter(|unit| vcenter.is_none_or(|vcenter| vcenter == unit.vcenter_id));
            let key = |unit: units::Unit| UnitKey { billing_mode: mode, vcenter_id: unit.vcenter_id, month };
            let keys: Vec<UnitKey> = wanted.map(key).collect();
            if !keys.is_empty() {
                work.insert((organization_id, mode), keys);
            }
        }
    }
    Ok(work)
}

/// A unit that cannot be verified does not keep the others from it.
async fn verify(
    verifier: &Verifier,
    month: NaiveDate,
    work: Work,
    printer: &mut Printer,
) -> std::io::Result<()> {
    for ((organization_id, mode), keys) in work {
        let mut recomputed: HashMap<Uuid, (i32, Sums)> = HashMap::new();
        for key in keys {
            let outcome = verifier.unit(organization_id, key).await;
            printer.unit(organization_id, key, &outcome)?;
            if let Ok(Outcome::Compared(compared)) = outcome
                && let Some(sums) = compared.sums
            {
                recomputed.insert(key.vcenter_id, (compared.version, sums));
            }
        }
        let outcome = verifier.month(organization_id, mode, month, recomputed).await;
        printer.month((organization_id, mode, month), &outcome)?;
    }
    Ok(())
}
