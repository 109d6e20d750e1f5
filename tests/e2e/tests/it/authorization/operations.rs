//! The table: each operation, the right that it asks for, whose things it is about and how far the right reaches.

use serde_json::{Value, json};

use super::objects::{Kind, Owner};
use super::table::Reach::{self, Below, Own, OwnOrOperated};

/// What a caller must have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Right {
    /// No token.
    Open,
    /// This row of `platform::auth::RIGHTS`.
    Of(&'static str),
}

/// Whose things an operation is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum About {
    /// The caller's own, or all that it sees: nobody is named.
    Nobody,
    /// A thing whose id is in the path.
    Object(Kind),
    /// One of these organizations, named in the query.
    Named(&'static [Owner]),
    /// One of these organizations, named in the body.
    InBody(&'static [Owner]),
}

/// An operation.
pub struct Operation {
    pub method: &'static str,
    pub path: &'static str,
    pub right: Right,
    pub about: About,
    pub reach: Reach,
    /// What it asks for is gone, or another, afterwards.
    pub consumes: bool,
    /// What the query says, or the body: `$owner` is the organization, `$contract` one of its contracts.
    pub says: &'static str,
}

const fn operation(
    name: &'static str,
    right: &'static str,
    about: About,
    reach: Reach,
    says: &'static str,
) -> Operation {
    let (method, path) = split(name);
    let right = if right.is_empty() { Right::Open } else { Right::Of(right) };
    let consumes = matches!(method.as_bytes(), b"DELETE") && matches!(about, About::Object(_));
    Operation { method, path, right, about, reach, consumes, says }
}

/// `METHOD /path`.
const fn split(name: &'static str) -> (&'static str, &'static str) {
    let mut at = 0;
    while name.as_bytes()[at] != b' ' {
        at += 1;
    }
    let (method, path) = name.split_at(at);
    (method, path.split_at(1).1)
}

const PARTNERS: About = About::Named(Owner::PARTNERS);
const ANYBODY: About = About::Named(Owner::ALL);
const BY_PARTNER: &str = "partner_id=$owner";
const OF_MONTH: &str = "month=2026-09&partner_id=$owner";

/// All of them.
pub const OPERATIONS: &[Operation] = &[
    operation("GET /healthz", "", About::Nobody, Own, ""),
    operation("GET /readyz", "", About::Nobody, Own, ""),
    operation("GET /openapi.json", "", About::Nobody, Own, ""),
    operation("GET /.well-known/jwks.json", "", About::Nobody, Own, ""),
    operation("POST /v1/auth/token", "", About::Nobody, Own, "{}"),
    operation("POST /v1/auth/refresh", "", About::Nobody, Own, "{}"),
    operation("POST /v1/auth/password/redeem", "", About::Nobody, Own, "{}"),
    operation("POST /v1/auth/oidc/start", "", About::Nobody, Own, r#"{"unknown":1}"#),
    operation("POST /v1/auth/oidc/return", "", About::Nobody, Own, "{}"),
    operation("POST /v1/auth/logout", "signed-in", About::Nobody, Own, "{}"),
    operation("POST /v1/auth/password", "signed-in", About::Nobody, Own, "{}"),
    operation("GET /v1/auth/me", "signed-in", About::Nobody, Own, ""),
    operation("GET /v1/organizations", "read", About::Nobody, Below, ""),
    operation(
        "POST /v1/organizations",
        "administer",
        About::InBody(&[Owner::Northwind, Owner::Vendor]),
        Below,
        r#"{"parent_id":"$owner","name":"walk"}"#,
    ),
    operation("GET /v1/organizations/{id}", "read", About::Object(Kind::Organization), Below, ""),
    operation("PATCH /v1/organizations/{id}", "administer", About::Object(Kind::Organization), Below, "{}"),
    operation("GET /v1/users", "manage-users", ANYBODY, OwnOrOperated, "organization_id=$owner"),
    operation(
        "POST /v1/users",
        "manage-users",
        About::InBody(Owner::ALL),
        OwnOrOperated,
        r#"{"organization_id":"$owner","email":"walker@walk.test","role":"partner-viewer"}"#,
    ),
    operation("GET /v1/users/{id}", "manage-users", About::Object(Kind::User), OwnOrOperated, ""),
    operation("PATCH /v1/users/{id}", "manage-users", About::Object(Kind::User), OwnOrOperated, "{}"),
    operation("DELETE /v1/users/{id}", "manage-users", About::Object(Kind::User), OwnOrOperated, ""),
    operation(
        "POST /v1/users/{id}/password-link",
        "manage-users",
        About::Object(Kind::User),
        OwnOrOperated,
        "{}",
    ),
    operation("GET /v1/api-keys", "manage-keys", About::Nobody, Own, ""),
    operation("POST /v1/api-keys", "manage-keys", About::Nobody, Own, "{}"),
    operation("GET /v1/api-keys/{id}", "manage-keys", About::Object(Kind::ApiKey), Own, ""),
    operation("DELETE /v1/api-keys/{id}", "manage-keys", About::Object(Kind::ApiKey), Own, ""),
    operation("GET /v1/contracts", "read", PARTNERS, Below, BY_PARTNER),
    operation(
        "POST /v1/contracts",
        "manage-contracts",
        About::InBody(Owner::PARTNERS),
        Below,
        r#"{"partner_id":"$owner","number":"$contract"}"#,
    ),
    operation("GET /v1/sites", "read", PARTNERS, Below, BY_PARTNER),
    operation("POST /v1/sites", "manage-sites", About::Nobody, Own, "{}"),
    operation("GET /v1/meters", "read", PARTNERS, Below, BY_PARTNER),
    operation("POST /v1/meters", "manage-meters", About::Nobody, Own, "{}"),
    operation("GET /v1/meter-conflicts", "operate", About::Nobody, Below, ""),
    operation("GET /v1/meters/{id}", "read", About::Object(Kind::Meter), Below, BY_PARTNER),
    operation("PATCH /v1/meters/{id}", "manage-meters", About::Object(Kind::Meter), Own, "{}"),
    operation("DELETE /v1/meters/{id}", "manage-meters", About::Object(Kind::Meter), Own, ""),
    operation("GET /v1/meters/{id}/settings", "read", About::Object(Kind::Meter), Below, BY_PARTNER),
    operation("GET /v1/meters/{id}/tokens", "manage-meters", About::Object(Kind::Meter), Own, ""),
    operation("POST /v1/meters/{id}/tokens", "manage-meters", About::Object(Kind::Meter), Own, "{}"),
    operation(
        "DELETE /v1/meters/{id}/tokens/{token_id}",
        "manage-meters",
        About::Object(Kind::MeterToken),
        Own,
        "",
    ),
    operation("GET /v1/notices", "read", About::Nobody, Below, ""),
    operation("GET /v1/settings", "read", About::Nobody, Below, ""),
    operation("PUT /v1/settings", "manage-meters", About::Nobody, Own, "{}"),
    operation("POST /v1/uploads", "upload", About::Nobody, Own, "{}"),
    operation("GET /v1/uploads", "read-uploads", PARTNERS, Below, BY_PARTNER),
    operation("GET /v1/uploads/{id}", "read-uploads", About::Object(Kind::Upload), Below, ""),
    operation("GET /v1/uploads/{id}/file", "read-uploads", About::Object(Kind::Upload), Below, ""),
    operation("OPTIONS /v1/uploads/resumable", "upload", About::Nobody, Own, ""),
    operation("POST /v1/uploads/resumable", "upload", About::Nobody, Own, "{}"),
    operation("HEAD /v1/uploads/resumable/{id}", "upload", About::Object(Kind::ResumableUpload), Own, ""),
    operation("GET /v1/uploads/resumable/{id}", "upload", About::Object(Kind::ResumableUpload), Own, ""),
    operation("PATCH /v1/uploads/resumable/{id}", "upload", About::Object(Kind::ResumableUpload), Own, "{}"),
    operation("DELETE /v1/uploads/resumable/{id}", "upload", About::Object(Kind::ResumableUpload), Own, ""),
    operation("POST /v1/uploads/resumable/{id}", "upload", About::Object(Kind::ResumableUpload), Own, "{}"),
    operation("GET /v1/reports/monthly-usage", "read", PARTNERS, Below, OF_MONTH),
    operation("GET /v1/reports/vm-history", "read", PARTNERS, Below, OF_MONTH),
    operation("GET /v1/orders", "read", PARTNERS, Below, BY_PARTNER),
    operation("GET /v1/orders/{id}", "read", About::Object(Kind::Order), Below, ""),
    operation("GET /v1/aggregation-runs", "read", PARTNERS, Below, BY_PARTNER),
    operation("GET /v1/dead-letters", "operate", ANYBODY, Below, "organization_id=$owner"),
    operation("GET /v1/dead-letters/{id}", "operate", About::Object(Kind::DeadLetter), Below, ""),
    operation("POST /v1/dead-letters/{id}/replay", "operate", About::Object(Kind::DeadLetter), Below, "{}"),
    operation(
        "DELETE /v1/dead-letters/{id}",
        "administer",
        About::Object(Kind::DeadLetter),
        Below,
        "reason=walk",
    ),
    operation("GET /v1/audit", "read-audit", ANYBODY, Below, "organization_id=$owner"),
    operation("PUT /v1/clock", "administer", About::Nobody, Own, "{}"),
];

impl Operation {
    /// As the description names it.
    pub fn name(&self) -> String {
        format!("{} {}", self.method, self.path)
    }

    /// Whose things there are to ask about.
    pub const fn owners(&self) -> &'static [Owner] {
        match self.about {
            About::Nobody => &[Owner::Acme],
            About::Object(kind) => kind.owners(),
            About::Named(owners) | About::InBody(owners) => owners,
        }
    }

    /// Of the request for a thing of this owner.
    pub fn target(&self, object: &str, owner: Owner) -> String {
        let path = match self.path.split_once("{id}") {
            // A token's "id" goes on through the path that follows it.
            Some((before, after)) if !after.contains('{') => format!("{before}{object}{after}"),
            Some((before, _)) => format!("{before}{object}"),
            None => self.path.to_owned(),
        };
        if self.has_body() || self.says.is_empty() { path } else { format!("{path}?{}", self.said(owner)) }
    }

    /// What the request says, if anything.
    pub fn body(&self, owner: Owner) -> Option<Value> {
        self.has_body().then(|| serde_json::from_str(&self.said(owner)).unwrap_or_else(|_| json!({})))
    }

    fn has_body(&self) -> bool {
        matches!(self.method, "POST" | "PUT" | "PATCH")
    }

    fn said(&self, owner: Owner) -> String {
        self.says.replace("$owner", &owner.id().to_string()).replace("$contract", owner.contract())
    }
}
