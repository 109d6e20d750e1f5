//! `/healthz` and `/readyz`: whether the process lives, and whether it can do its role's work.

use actix_web::{HttpResponse, Responder, web};
use futures_util::future::{BoxFuture, join_all};
use serde::Serialize;
use serde_json::Value;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use crate::broker::Broker;
use crate::db::Db;
use crate::store::{Store, StoreError};

/// A check that takes longer has failed.
const CHECK_TIMEOUT: Duration = Duration::from_secs(3);

type Check = Arc<dyn Fn() -> BoxFuture<'static, Result<(), String>> + Send + Sync>;
type Detail = Arc<dyn Fn() -> BoxFuture<'static, Value> + Send + Sync>;

/// What a process needs to be ready, and what else it tells of itself.
#[derive(Clone, Default)]
pub struct Readiness {
    checks: BTreeMap<&'static str, Check>,
    details: BTreeMap<&'static str, Detail>,
}

/// The answer of `/readyz`.
#[derive(Debug, Serialize)]
pub struct Report {
    /// `ready` or `not-ready`.
    pub status: &'static str,
    /// By name: `ok` or `failed`. Why is in the log, since anyone may ask.
    pub checks: BTreeMap<&'static str, &'static str>,
    /// By name.
    pub details: BTreeMap<&'static str, Value>,
}

impl Readiness {
    /// Adds something that must be there; twice the same name is once.
    #[must_use]
    pub fn check<F, Fut, E>(mut self, name: &'static str, check: F) -> Self
    where
        F: Fn() -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Result<(), E>> + Send + 'static,
        E: std::fmt::Display,
    {
        let check: Check = Arc::new(move || {
            let outcome = check();
            Box::pin(async move { outcome.await.map_err(|error| error.to_string()) })
        });
        self.checks.insert(name, check);
        self
    }

    /// Needs the database.
    #[must_use]
    pub fn database(self, db: &Db) -> Self {
        let db = db.clone();
        self.check("database", move || {
            let db = db.clone();
            async move { db.ping().await }
        })
    }

    /// Needs the store to write to.
    #[must_use]
    pub fn store(self, store: &Store) -> Self {
        self.store_check(store, Store::check)
    }

    /// Needs the store to read from.
    #[must_use]
    pub fn readable_store(self, store: &Store) -> Self {
        self.store_check(store, Store::check_readable)
    }

    fn store_check(self, store: &Store, check: fn(&Store) -> Result<(), StoreError>) -> Self {
        let store = store.clone();
        self.check("store", move || {
            let store = store.clone();
            async move {
                let checked = tokio::task::spawn_blocking(move || check(&store)).await;
                checked.map_err(|error| error.to_string())?.map_err(|error| error.to_string())
            }
        })
    }

    /// Needs the broker.
    #[must_use]
    pub fn broker(self, broker: &Broker) -> Self {
        let broker = broker.clone();
        self.check("broker", move || {
            let broker = broker.clone();
            async move { broker.healthy().await }
        })
    }

    /// Adds something to tell that decides nothing.
    #[must_use]
    pub fn detail<F, Fut>(mut self, name: &'static str, detail: F) -> Self
    where
        F: Fn() -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Value> + Send + 'static,
    {
        self.details.insert(name, Arc::new(move || Box::pin(detail())));
        self
    }

    /// The checks and details of both: of a process with several roles.
    #[must_use]
    pub fn and(mut self, other: Self) -> Self {
        self.checks.extend(other.checks);
        self.details.extend(other.details);
        self
    }

    /// Asks everyone at once.
    pub async fn report(&self) -> Report {
        let checks = join_all(self.checks.iter().map(|(name, check)| async move {
            let outcome = tokio::time::timeout(CHECK_TIMEOUT, check()).await;
            let failure = outcome.unwrap_or_else(|_| Err("no answer in time".to_owned())).err();
            if let Some(error) = &failure {
                tracing::warn!(check = name, error, "not ready");
            }
            (*name, if failure.is_none() { "ok" } else { "failed" })
        }));
        let details = join_all(self.details.iter().map(|(name, detail)| async move {
            (*name, tokio::time::timeout(CHECK_TIMEOUT, detail()).await.unwrap_or(Value::Null))
        }));
        let (checks, details) = futures_util::future::join(checks, details).await;
        let ready = checks.iter().all(|(_, state)| *state == "ok");
        Report {
            status: if ready { "ready" } else { "not-ready" },
            checks: checks.into_iter().collect(),
            details: details.into_iter().collect(),
        }
    }
}

impl Report {
    /// Whether all checks passed.
    pub fn is_ready(&self) -> bool {
        self.status == "ready"
    }
}

/// Adds `/healthz` and `/readyz`; the application's data must hold a `web::Data<Readiness>`.
pub fn configure(cfg: &mut web::ServiceConfig) {
    cfg.route("/healthz", web::get().to(healthz)).route("/readyz", web::get().to(readyz));
}

async fn healthz() -> impl Responder {
    HttpResponse::Ok().json(serde_json::json!({"status": "alive"}))
}

async fn readyz(readiness: web::Data<Readiness>) -> HttpResponse {
    let report = readiness.report().await;
    if report.is_ready() {
        HttpResponse::Ok().json(report)
    } else {
        HttpResponse::ServiceUnavailable().json(report)
    }
}
