//! `create-operator`: the first organization and the first user of a new installation, who adds all others.

use api::password::Link;
use diesel::result::{DatabaseErrorKind, Error as DieselError};
use platform::audit::{self, Event, Origin};
use platform::clock::Clock;
use platform::config::{Environment, Faults};
use platform::db::Db;
use platform::telemetry::start_logs;
use schema::identity::{self, Credentials, NewUser, password_links};
use schema::types::Role;
use schema::{Scope, Tx, organizations};
use secrecy::ExposeSecret;
use serde_json::json;
use std::io::Write;
use uuid::Uuid;

use crate::cli::OperatorArgs;
use crate::error::ServerError;

const NAME_CHARACTERS_MAX: usize = 512;

/// Makes the operator and its first admin, and prints their one-time link. Until they have set a password, asking
/// again gives another link; from then on there is an operator, and this refuses.
pub async fn create(args: &OperatorArgs) -> Result<(), ServerError> {
    let mut faults = Faults::default();
    let database = args.database.resolve(&Environment::of_process(), &mut faults);
    let clock = args.clock.resolve(&mut faults);
    let public_url = clock.and_then(|clock| args.public.resolve(clock.deployment, &mut faults));
    let name = faults.take("--name", api::parse_text(NAME_CHARACTERS_MAX)(&args.name));
    let email = faults.take("--email", api::parse_email(&args.email));
    let (Some(database), Some(clock), Some(name), Some(email)) = (database, clock, name, email) else {
        return Err(faults.into());
    };
    faults.check()?;
    start_logs(&args.logs)?;
    let db = Db::new(&database, "usage-insight-operator")?;
    let clock = Clock::start(platform::config::ClockSettings { start: None, ..clock }, &db).await?;
    let link = Link::invitation(clock.machine_now())?;
    let admin =
        FirstAdmin { name, email, sha256: *link.sha256(), expires_at: link.expires_at(), now: clock.now() };
    admin.make(&db).await?;
    // The secret that this is for: standard output, and no log.
    writeln!(std::io::stdout(), "{}", link.into_text(public_url.as_deref()).expose_secret())?;
    Ok(())
}

struct FirstAdmin {
    name: String,
    email: String,
    sha256: [u8; 32],
    expires_at: chrono::DateTime<chrono::Utc>,
    now: chrono::DateTime<chrono::Utc>,
}

impl FirstAdmin {
    async fn make(self, db: &Db) -> Result<(), ServerError> {
        let email = self.email.clone();
        let known = db.machinery(move |tx| Ok::<_, ServerError>(identity::credentials(tx, &email)?)).await?;
        match known {
            None => db.run(Scope::Organization(Uuid::now_v7()), move |tx| self.found(tx)).await,
            Some(Credentials {
                organization_id,
                id,
                role: Role::OperatorAdmin,
                password_hash: None,
                disabled_at: None,
            }) => db.run(Scope::Organization(organization_id), move |tx| self.give_link(tx, id)).await,
            Some(_) => Err(ServerError::OperatorExists),
        }
    }

    /// All of it or nothing.
    fn found(&self, tx: &mut Tx<'_>) -> Result<(), ServerError> {
        organizations::found(tx, &self.name, self.now).map_err(|error| match error {
            DieselError::DatabaseError(DatabaseErrorKind::UniqueViolation, _) => ServerError::OperatorExists,
            other => other.into(),
        })?;
        let (organization_id, id, role) = (tx.organization()?, Uuid::now_v7(), Role::OperatorAdmin);
        let (email, created_at) = (self.email.as_str(), self.now);
        identity::insert(tx, &NewUser { id, email, role, password_hash: None, created_at })?;
        let founded = Event::new("organization.create", "organization", organization_id)
            .after(json!({ "kind": "operator", "parent_id": null, "name": self.name }));
        audit::record(tx, &origin(), founded, self.now)?;
        let added = Event::new("user.create", "user", id).after(json!({ "email": email, "role": role }));
        audit::record(tx, &origin(), added, self.now)?;
        self.give_link(tx, id)
    }

    fn give_link(&self, tx: &mut Tx<'_>, user_id: Uuid) -> Result<(), ServerError> {
        password_links::replace(tx, user_id, &self.sha256, self.expires_at)?;
        let event =
            Event::new("user.password-link", "user", user_id).after(json!({ "expires_at": self.expires_at }));
        Ok(audit::record(tx, &origin(), event, self.now)?)
    }
}

fn origin() -> Origin {
    Origin::system("create-operator")
}
