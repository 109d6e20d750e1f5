//! An entry as the API shows it.

use platform::audit::chain;
use schema::Scope;
use schema::audit::Listed;
use serde::Serialize;
use serde_json::Value;
use std::collections::HashSet;
use std::sync::Arc;
use utoipa::ToSchema;
use uuid::Uuid;

/// An entry of the audit.
#[derive(Debug, Serialize, ToSchema)]
pub struct AuditEntry {
    /// UUID v7.
    id: Uuid,
    /// Whose thing it was done to.
    organization_id: Uuid,
    /// Always with six digits of the second, as the hash has it.
    #[schema(format = DateTime, example = "2026-10-02T06:00:00.000000Z")]
    at: String,
    /// `user:<id>`, `meter:<id>`, `api-key:<id>`, or `system:<part>` for the service itself.
    #[schema(example = "user:00000000-0000-7000-8000-000000000013")]
    actor: String,
    /// Whose user, meter or key it was; null for the service itself.
    actor_organization_id: Option<Uuid>,
    /// Where the request came from; null to those who do not see the actor's organization.
    address: Option<String>,
    /// Random; shown with the address.
    address_salt: Option<Uuid>,
    /// SHA-256 of the salt and the address, in hexadecimal; null where there is no address.
    address_digest: Option<String>,
    /// The request, as its answer named it.
    request_id: Option<Uuid>,
    /// What was done.
    #[schema(example = "meter.register")]
    action: String,
    /// To what.
    object: AuditObject,
    /// What the change replaced.
    before: Option<Value>,
    /// What held after it, or what was downloaded.
    after: Option<Value>,
    /// The place in the organization's chain, from 1; null until the entry is sealed.
    sequence: Option<i64>,
    /// Of this entry and all before it in the chain, in hexadecimal; null until the entry is sealed.
    hash: Option<String>,
}

/// What something was done to.
#[derive(Debug, Serialize, ToSchema)]
pub struct AuditObject {
    #[schema(example = "meter")]
    kind: String,
    id: String,
}

/// Who looks: to whom the addresses of strangers are not shown. Cheap to clone.
#[derive(Clone)]
pub struct Viewer(Arc<HashSet<Uuid>>);

impl Viewer {
    /// Who sees these organizations.
    pub fn of(scope: &Scope) -> Self {
        Self(Arc::new(scope.members().iter().copied().collect()))
    }

    /// What they are shown of an entry.
    pub fn show(&self, (entry, seal): Listed) -> AuditEntry {
        let address_digest = chain::address_digest(&entry);
        let is_seen = entry.actor_organization_id.is_none_or(|id| self.0.contains(&id));
        AuditEntry {
            id: entry.id,
            organization_id: entry.organization_id,
            at: chain::time(entry.at),
            actor: entry.actor,
            actor_organization_id: entry.actor_organization_id,
            address: entry.address.filter(|_| is_seen),
            address_salt: entry.address_salt.filter(|_| is_seen),
            address_digest,
            request_id: entry.request_id,
            action: entry.action,
            object: AuditObject { kind: entry.object_kind, id: entry.object_id },
            before: entry.before,
            after: entry.after,
            sequence: seal.as_ref().map(|seal| seal.sequence),
            hash: seal.map(|seal| hex::encode(seal.hash)),
        }
    }
}
