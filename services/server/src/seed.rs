//! `seed-demo`: the demo organizations of docs/spec/api.md, in development only. What is there already stays.

mod demo;

use chrono::{DateTime, Utc};
use platform::clock::Clock;
use platform::config::{Deployment, Environment, Faults};
use platform::db::Db;
use platform::telemetry::start_logs;
use schema::identity::NewUser;
use schema::{Scope, Tx, contracts, identity, organizations};

use self::demo::{DEMO, DemoOrganization, OPERATOR, PASSWORD};
use crate::cli::SeedArgs;
use crate::error::ServerError;

/// More than any demo organization has of anything.
const ALL: i64 = 1_000;

/// Makes what is missing of the demo organizations.
pub async fn seed_demo(args: &SeedArgs) -> Result<(), ServerError> {
    let mut faults = Faults::default();
    let database = args.database.resolve(&Environment::of_process(), &mut faults);
    let clock = args.clock.resolve(&mut faults);
    let (Some(database), Some(clock)) = (database, clock) else { return Err(faults.into()) };
    if clock.deployment != Deployment::Development {
        return Err(ServerError::NotDevelopment);
    }
    start_logs(&args.logs)?;
    let db = Db::new(&database, "usage-insight-seed")?;
    // Where the clock stands is for the roles to say: this only reads it.
    let now = Clock::start(platform::config::ClockSettings { start: None, ..clock }, &db).await?.now();
    for organization in DEMO {
        seed(&db, organization, now).await?;
    }
    tracing::info!(organizations = DEMO.len(), "the demo organizations are there");
    Ok(())
}

/// An organization comes after its parent, so that the scope in which it is made has the parent in it.
async fn seed(
    db: &Db,
    organization: &'static DemoOrganization,
    now: DateTime<Utc>,
) -> Result<(), ServerError> {
    let operator = db.subtree(OPERATOR).await?;
    if operator.narrow(organization.id).is_none() {
        let row = organization.row(now);
        if row.parent_id.is_some() {
            db.run(operator, move |tx| Ok::<_, ServerError>(organizations::insert(tx, &row)?)).await?;
        } else {
            let found = move |tx: &mut Tx<'_>| organizations::found(tx, &row.name, row.created_at);
            let own = Scope::Organization(organization.id);
            db.run(own, move |tx| Ok::<_, ServerError>(found(tx)?)).await?;
        }
    }
    db.run(Scope::Organization(organization.id), move |tx| fill(tx, organization, now)).await
}

/// Users, contracts and sites.
fn fill(tx: &mut Tx<'_>, organization: &DemoOrganization, now: DateTime<Utc>) -> Result<(), ServerError> {
    for user in organization.users {
        if identity::find(tx, user.id)?.is_none() {
            let password_hash = Some(&*api::password::hash(&PASSWORD.into())?);
            let (id, email, role) = (user.id, user.email, user.role);
            identity::insert(tx, &NewUser { id, email, role, password_hash, created_at: now })?;
        }
    }
    let Some(number) = organization.contract else { return Ok(()) };
    if !contracts::list(tx, None, ALL)?.iter().any(|contract| contract.number == number) {
        contracts::insert(tx, number, now)?;
    }
    let sites = contracts::list_sites(tx, None, ALL)?;
    for (id, name) in organization.sites {
        if !sites.iter().any(|site| site.id == *id) {
            contracts::insert_site(
                tx,
                &contracts::Site {
                    organization_id: organization.id,
                    id: *id,
                    contract_number: number.to_owned(),
                    name: (*name).to_owned(),
                    created_at: now,
                },
            )?;
        }
    }
    Ok(())
}
