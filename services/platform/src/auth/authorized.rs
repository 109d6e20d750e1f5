//! The extractor that every handler behind a token has.

use actix_web::dev::Payload;
use actix_web::http::header::AUTHORIZATION;
use actix_web::{FromRequest, HttpRequest, web};
use futures_util::future::LocalBoxFuture;
use schema::Scope;
use std::marker::PhantomData;
use std::ops::Deref;
use std::sync::Arc;
use uuid::Uuid;

use super::{Actor, Caller, KeyRing, METER_TOKEN_PREFIX, OpaqueToken, Right};
use crate::db::{Db, DbError};
use crate::problem::ApiError;

/// Longer than any token of ours.
const TOKEN_BYTES_MAX: usize = 4096;

/// What authentication needs; the application's data must hold a `web::Data<Auth>`. Cheap to clone.
#[derive(Clone)]
pub struct Auth {
    /// Signs and verifies access tokens.
    pub keys: Arc<KeyRing>,
    /// Knows meters' tokens, and who is below whom.
    pub db: Db,
}

/// A caller who has the right `R`.
pub struct Authorized<R> {
    caller: Caller,
    db: Db,
    right: PhantomData<R>,
}

impl<R: Right> Authorized<R> {
    /// Who it is.
    pub const fn caller(&self) -> &Caller {
        &self.caller
    }

    /// All that the caller may see.
    pub async fn scope(&self) -> Result<Scope, ApiError> {
        self.caller.scope(&self.db).await
    }

    /// One organization that the caller sees, by default its own; 404 for others.
    pub async fn scope_of(&self, organization_id: Option<Uuid>) -> Result<Scope, ApiError> {
        self.caller.scope_of(&self.db, organization_id).await
    }
}

impl<R> Deref for Authorized<R> {
    type Target = Caller;

    fn deref(&self) -> &Caller {
        &self.caller
    }
}

impl<R: Right> FromRequest for Authorized<R> {
    type Error = ApiError;
    type Future = LocalBoxFuture<'static, Result<Self, ApiError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let auth = request.app_data::<web::Data<Auth>>().cloned();
        let token = bearer(request).map(str::to_owned);
        Box::pin(async move {
            let auth = auth.ok_or_else(|| ApiError::internal("the application has no Auth"))?;
            let caller = auth.authenticate(&token.ok_or(ApiError::Unauthorized)?).await?;
            let actor = match &caller {
                Caller::User(user) => Actor::User(user.role),
                Caller::Meter { .. } => Actor::Meter,
            };
            if !R::is_of(actor) {
                return Err(ApiError::Forbidden("your role does not have this right"));
            }
            Ok(Self { caller, db: auth.db.clone(), right: PhantomData })
        })
    }
}

impl Auth {
    async fn authenticate(&self, token: &str) -> Result<Caller, ApiError> {
        if !token.starts_with(METER_TOKEN_PREFIX) {
            let claims = self.keys.verify(token).ok_or(ApiError::Unauthorized)?;
            return Ok(Caller::User(claims.user()));
        }
        let digest = OpaqueToken::digest(token);
        let meter =
            self.db.machinery(move |tx| Ok::<_, DbError>(schema::meters::by_token(tx, &digest)?)).await?;
        let (organization_id, meter_id) = meter.ok_or(ApiError::Unauthorized)?;
        Ok(Caller::Meter { organization_id, meter_id })
    }
}

/// The token of `Authorization: Bearer …`; the scheme's case does not matter (RFC 9110).
fn bearer(request: &HttpRequest) -> Option<&str> {
    let value = request.headers().get(AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = value.split_once(' ')?;
    let fits = scheme.eq_ignore_ascii_case("bearer") && token.len() <= TOKEN_BYTES_MAX;
    fits.then(|| token.trim())
}
