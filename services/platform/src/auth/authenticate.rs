//! From a token to a caller.

use schema::{Scope, api_keys, meters};
use std::sync::Arc;

use super::{API_KEY_PREFIX, Caller, KeyRing, METER_TOKEN_PREFIX, OpaqueToken};
use crate::clock::Clock;
use crate::db::{Db, DbError};
use crate::problem::ApiError;

/// What authentication needs; the application's data must hold a `web::Data<Auth>`. Cheap to clone.
#[derive(Clone)]
pub struct Auth {
    /// Signs and verifies access tokens.
    pub keys: Arc<KeyRing>,
    /// Knows meters' tokens and API keys, and who is below whom.
    pub db: Db,
}

impl Auth {
    /// Whose token it is; 401 for one that is not good, whatever the reason.
    pub(super) async fn authenticate(&self, token: &str) -> Result<Caller, ApiError> {
        let caller = if token.starts_with(METER_TOKEN_PREFIX) {
            self.meter(token).await?
        } else if token.starts_with(API_KEY_PREFIX) {
            self.key(token).await?
        } else {
            self.keys.verify(token).map(|claims| Caller::User(claims.user()))
        };
        caller.ok_or(ApiError::Unauthorized)
    }

    async fn meter(&self, token: &str) -> Result<Option<Caller>, ApiError> {
        let digest = OpaqueToken::digest(token);
        let meter = self.db.machinery(move |tx| Ok::<_, DbError>(meters::by_token(tx, &digest)?)).await?;
        Ok(meter.map(|(organization_id, meter_id)| Caller::Meter { organization_id, meter_id }))
    }

    async fn key(&self, token: &str) -> Result<Option<Caller>, ApiError> {
        let digest = OpaqueToken::digest(token);
        let key = self.db.machinery(move |tx| Ok::<_, DbError>(api_keys::by_token(tx, &digest)?)).await?;
        let machine_now = Clock::machine().machine_now();
        let Some(key) = key.filter(|key| key.expires_at > machine_now) else { return Ok(None) };
        if key.use_is_news(machine_now) {
            let (own, id) = (Scope::Organization(key.organization_id), key.id);
            let noted = self.db.run(own, move |tx| Ok::<_, DbError>(api_keys::used(tx, id, machine_now)?));
            if let Err(error) = noted.await {
                // Good to know and no more: the next use tries again.
                tracing::debug!(%error, "the use of an API key was not noted");
            }
        }
        let api_keys::KnownKey { id, organization_id, role, rights, .. } = key;
        Ok(Some(Caller::Key { id, organization_id, role, rights }))
    }
}
