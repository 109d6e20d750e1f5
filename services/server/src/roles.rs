//! The roles: what each needs, answers and does in the background.

use actix_web::web::{Data, ServiceConfig};
use api::OidcProvider;
use chrono::TimeDelta;
use ingest::relay::{self, Relay};
use ingest::{Door, DoorSettings};
use platform::audit::Sealer;
use platform::audit::heads::Heads;
use platform::auth::{Auth, KeyRing};
use platform::broker::Broker;
use platform::clock::Clock;
use platform::config::{AggregationSettings, EdgeSettings};
use platform::db::Db;
use platform::health::Readiness;
use platform::limits::Limits;
use platform::stop::Stop;
use platform::store::Store;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Notify;
use tokio::task::JoinSet;

use crate::error::ServerError;
use crate::settings::Settings;

/// What a process does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// Takes uploads.
    Ingest,
    /// Works on messages and keeps the schedule.
    Aggregator,
    /// Answers the REST API.
    Api,
    /// All of these.
    All,
}

impl Role {
    /// As the command line has it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Ingest => "ingest",
            Self::Aggregator => "aggregator",
            Self::Api => "api",
            Self::All => "all",
        }
    }

    const fn takes_uploads(self) -> bool {
        matches!(self, Self::Ingest | Self::All)
    }

    const fn aggregates(self) -> bool {
        matches!(self, Self::Aggregator | Self::All)
    }

    /// Whether people sign in to it.
    pub const fn answers_api(self) -> bool {
        matches!(self, Self::Api | Self::All)
    }

    /// Whether anyone needs a token to speak to it.
    pub const fn has_callers(self) -> bool {
        self.takes_uploads() || self.answers_api()
    }

    /// Whether it seals the audit.
    pub const fn seals(self) -> bool {
        self.answers_api()
    }

    /// Whether it writes messages, so that it has to get them out.
    const fn relays(self) -> bool {
        self.takes_uploads() || self.aggregates()
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A role and all that it is made of. Cheap to clone, once for each HTTP worker.
#[derive(Clone)]
pub struct Process {
    role: Role,
    db: Db,
    store: Store,
    clock: Clock,
    broker: Broker,
    aggregation: AggregationSettings,
    outbox_age_max: Duration,
    auth: Option<Auth>,
    edge: EdgeSettings,
    limits: Limits,
    door: Door,
    oidc: Option<Arc<OidcProvider>>,
    public_url: Option<Arc<str>>,
    sealer: Option<Sealer>,
    wake: Arc<Notify>,
}

impl Process {
    /// Connects lazily to all but the store, and in development to the database, which has the clock.
    pub async fn new(role: Role, settings: &Settings) -> Result<Self, ServerError> {
        let name = format!("usage-insight-{role}");
        let db = Db::new(&settings.database, &name)?;
        let clock = Clock::start(settings.clock, &db).await?;
        let store = Store::open_folder(&settings.store)?;
        let keys = settings.keys.as_ref().map(KeyRing::read).transpose()?;
        let auth = keys.map(|keys| Auth { keys: Arc::new(keys), db: db.clone() });
        let limits = Limits::new(settings.limits, db.clone(), clock.clone());
        let edge = settings.edge.clone();
        let wake = Arc::new(Notify::new());
        let door = Door::new(DoorSettings {
            db: db.clone(),
            store: store.clone(),
            clock: clock.clone(),
            limits: settings.uploads,
            resumable: settings.resumable,
            deadline: deadline(settings.aggregation.deadline),
            wake: Arc::clone(&wake),
        })?;
        let broker = Broker::new(settings.broker.clone(), &name);
        let aggregation = settings.aggregation;
        let heads = settings.audit.as_ref().map(Heads::open).transpose()?;
        let sealer = heads.map(|heads| Sealer::new(db.clone(), clock.clone(), heads));
        let oidc = settings.oidc.clone().map(|oidc| OidcProvider::new(oidc, clock.clone())).transpose()?;
        let oidc = oidc.map(Arc::new);
        let public_url = settings.public_url.as_deref().map(Arc::from);
        Ok(Self {
            role,
            db,
            store,
            clock,
            broker,
            aggregation,
            outbox_age_max: settings.outbox_age_max,
            auth,
            edge,
            limits,
            door,
            oidc,
            public_url,
            sealer,
            wake,
        })
    }

    /// What it is.
    pub const fn role(&self) -> Role {
        self.role
    }

    /// Starts what runs beside the answering of requests.
    pub fn spawn(&self, tasks: &mut JoinSet<&'static str>, stop: &Stop) {
        if self.role.relays() {
            let (db, clock, wake) = (self.db.clone(), self.clock.clone(), Arc::clone(&self.wake));
            let relay = Relay::new(db, clock, &self.broker, wake, self.outbox_age_max);
            let run = relay::run(relay, stop.clone());
            tasks.spawn(async { (run.await, "relay").1 });
        }
        if self.role.takes_uploads() {
            let run = ingest::sweep::run(self.door.clone(), stop.clone());
            tasks.spawn(async { (run.await, "sweep").1 });
        }
        if self.role.aggregates() {
            let run = aggregator::run(self.context(), self.broker.clone(), self.aggregation, stop.clone());
            tasks.spawn(async { (run.await, "aggregator").1 });
        }
        if let Some(sealer) = &self.sealer {
            let run = sealer.clone().run(stop.clone());
            tasks.spawn(async { (run.await, "audit sealer").1 });
        }
    }

    /// What it needs to do its work (docs/spec/api.md, Machinery), and what it tells of itself.
    pub fn readiness(&self) -> Readiness {
        let database = Readiness::default().database(&self.db);
        let mut readiness = if self.role.takes_uploads() {
            database.store(&self.store)
        } else {
            database.readable_store(&self.store)
        };
        if self.role.relays() {
            let (db, clock, age_max) = (self.db.clone(), self.clock.clone(), self.outbox_age_max);
            readiness = readiness.detail("outbox", move || relay::detail(db.clone(), clock.clone(), age_max));
        }
        if self.role.aggregates() {
            let aggregation = aggregator::readiness(&self.context(), self.aggregation);
            readiness = readiness.and(aggregation).broker(&self.broker);
        }
        if let Some(sealer) = self.sealer.clone() {
            readiness = readiness.detail("audit", move || {
                let sealer = sealer.clone();
                async move { sealer.detail().await }
            });
        }
        readiness
    }

    /// The data that handlers take out of the application.
    pub fn app_data(&self, cfg: &mut ServiceConfig) {
        cfg.app_data(Data::new(self.limits.clone())).app_data(Data::new(self.edge.trusted_proxies.clone()));
        let Some(auth) = &self.auth else { return };
        cfg.app_data(Data::new(auth.clone())).app_data(Data::new(self.door.clone()));
        cfg.app_data(Data::new(api::Api {
            db: self.db.clone(),
            store: self.store.clone(),
            clock: self.clock.clone(),
            keys: Arc::clone(&auth.keys),
            oidc: self.oidc.clone(),
            public_url: self.public_url.clone(),
            deadline: deadline(self.aggregation.deadline),
        }));
    }

    /// The origins whose pages may ask.
    pub fn cors_origins(&self) -> &[String] {
        &self.edge.cors_origins
    }

    /// The endpoints of the role.
    pub fn endpoints(&self, cfg: &mut utoipa_actix_web::service_config::ServiceConfig<'_>) {
        if self.role.takes_uploads() {
            cfg.configure(ingest::configure);
        }
        if self.role.answers_api() {
            cfg.configure(api::configure);
        }
    }

    fn context(&self) -> aggregator::Context {
        aggregator::Context::new(
            self.db.clone(),
            self.store.clone(),
            self.clock.clone(),
            Arc::clone(&self.wake),
            deadline(self.aggregation.deadline),
        )
    }
}

/// How long after a month's end its evidence is on time; no longer than a century, which every calendar holds.
pub fn deadline(deadline: Duration) -> TimeDelta {
    let century = TimeDelta::days(36_525);
    TimeDelta::from_std(deadline).unwrap_or(century).min(century)
}
