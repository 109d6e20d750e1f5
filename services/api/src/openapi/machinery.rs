//! Endpoints that platform serves, described.
#![expect(dead_code, reason = "descriptions: the handlers are platform's")]

use serde_json::Value;
use std::collections::BTreeMap;
use utoipa::ToSchema;

/// Whether the process can do its work.
#[derive(ToSchema)]
pub struct Readiness {
    /// `ready` or `not-ready`.
    status: String,
    /// By name: `ok` or `failed`.
    checks: BTreeMap<String, String>,
    /// By name: what decides nothing and is good to know.
    details: BTreeMap<String, Value>,
}

/// Says that the process lives.
#[utoipa::path(get, path = "/healthz", tag = "machinery", responses((status = 200, description = "It lives")), security(()))]
pub fn healthz() {}

/// Says whether the process can do its work.
#[utoipa::path(
    get,
    path = "/readyz",
    tag = "machinery",
    responses(
        (status = 200, description = "It can", body = Readiness),
        (status = 503, description = "It cannot", body = Readiness),
    ),
    security(()),
)]
pub fn readyz() {}

/// Gives this description.
#[utoipa::path(
    get,
    path = "/openapi.json",
    tag = "machinery",
    responses((status = 200, description = "OpenAPI 3.1", body = Value)),
    security(()),
)]
pub fn openapi_json() {}
