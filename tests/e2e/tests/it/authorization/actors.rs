//! Who asks: nobody, each role, a meter, an API key.

use e2e::{Client, Service, text};
use serde_json::json;

use super::objects::{Objects, Owner};

/// What a caller is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Who {
    /// Without a token.
    Nobody,
    /// A user.
    Role(&'static str),
    /// A meter's own token.
    Meter,
    /// An API key of a user of this role.
    Key { role: &'static str, rights: &'static [&'static str] },
}

/// A caller.
pub struct Actor {
    pub name: &'static str,
    pub who: Who,
    /// Whose user, meter or key.
    pub home: Option<Owner>,
    pub client: Client,
}

const USERS: &[(&str, Owner, &str)] = &[
    ("operator-admin", Owner::Vendor, "operator@vendor.test"),
    ("service-desk", Owner::Vendor, "desk@vendor.test"),
    ("aggregator-admin", Owner::Northwind, "admin@northwind.test"),
    ("aggregator-viewer", Owner::Northwind, "viewer@northwind.test"),
    ("partner-admin", Owner::Acme, "admin@acme.test"),
    ("partner-viewer", Owner::Acme, "viewer@acme.test"),
];

/// Of the API key: one of the rights that its maker has, and one more.
const KEY_RIGHTS: &[&str] = &["read", "manage-meters"];

/// All of them.
pub fn actors(service: &Service, objects: &Objects) -> Vec<Actor> {
    let mut actors: Vec<Actor> = USERS
        .iter()
        .map(|(role, home, email)| Actor {
            name: role,
            who: Who::Role(role),
            home: Some(*home),
            client: service.log_in(email),
        })
        .collect();
    let nobody = Client::with_token(service.server(), "");
    actors.push(Actor { name: "nobody", who: Who::Nobody, home: None, client: nobody });
    let meter = Client::with_token(service.server(), objects.meter_token());
    actors.push(Actor { name: "meter", who: Who::Meter, home: Some(Owner::Acme), client: meter });
    let who = Who::Key { role: "partner-admin", rights: KEY_RIGHTS };
    let client = Client::with_token(service.server(), &key(service));
    actors.push(Actor { name: "API key", who, home: Some(Owner::Acme), client });
    actors
}

fn key(service: &Service) -> String {
    let wanted = json!({"name": "walk", "rights": KEY_RIGHTS, "expires_at": e2e::in_days(30)});
    text(&service.log_in("admin@acme.test").post("/v1/api-keys", &wanted).expect(201).json()["key"])
}
