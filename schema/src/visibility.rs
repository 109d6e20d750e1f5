//! Whether a scope sees an object at all: asked for those who may not do with it what they want.

use diesel::QueryResult;
use uuid::Uuid;

use crate::{Tx, api_keys, dead_letters, identity, meters, orders, organizations, uploads};

/// An object that has an id of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "named for what they are")]
pub enum Object {
    Meter,
    Upload,
    Order,
    Organization,
    User,
    ApiKey,
    DeadLetter,
}

/// Whether the scope has an object of this id.
pub fn sees(tx: &mut Tx<'_>, object: Object, id: Uuid) -> QueryResult<bool> {
    Ok(match object {
        Object::Meter => meters::find(tx, id)?.is_some(),
        Object::Upload => uploads::find(tx, id)?.is_some(),
        Object::Order => orders::find(tx, id)?.is_some(),
        Object::Organization => organizations::find(tx, id)?.is_some(),
        Object::User => identity::find(tx, id)?.is_some(),
        Object::ApiKey => api_keys::find(tx, id)?.is_some(),
        Object::DeadLetter => dead_letters::find(tx, id)?.is_some(),
    })
}
