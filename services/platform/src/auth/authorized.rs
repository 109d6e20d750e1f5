//! The extractor that every handler behind a token has.

use actix_web::dev::Payload;
use actix_web::http::header::AUTHORIZATION;
use actix_web::{FromRequest, HttpRequest, web};
use futures_util::future::LocalBoxFuture;
use schema::Scope;
use std::marker::PhantomData;
use std::ops::Deref;
use uuid::Uuid;

use super::refusal::Subject;
use super::{Auth, Caller, Right, order};
use crate::address::client_address;
use crate::audit::Origin;
use crate::db::Db;
use crate::limits::Limits;
use crate::problem::{ApiError, current_request_id};
use crate::sockets::RequestGuard;

/// Longer than any token of ours.
const TOKEN_BYTES_MAX: usize = 4096;

/// A caller who has the right `R`.
pub struct Authorized<R> {
    caller: Caller,
    origin: Origin,
    db: Db,
    right: PhantomData<R>,
}

impl<R: Right> Authorized<R> {
    /// Who it is.
    pub const fn caller(&self) -> &Caller {
        &self.caller
    }

    /// Whose doing this is, from where, for the audit.
    pub const fn origin(&self) -> &Origin {
        &self.origin
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
        let request = request.clone();
        let undecided = order::announce(&request);
        Box::pin(async move {
            let _undecided = undecided;
            let auth = request.app_data::<web::Data<Auth>>();
            let auth = auth.ok_or_else(|| ApiError::internal("the application has no Auth"))?;
            let caller = auth.authenticate(bearer(&request).ok_or(ApiError::Unauthorized)?).await?;
            if let Some(limits) = request.app_data::<web::Data<Limits>>() {
                limits.take_for_caller(&request, caller.organization_id(), caller.id()).await?;
            }
            if let Some(guard) = request.app_data::<web::Data<RequestGuard>>() {
                guard.enter(&request, caller.organization_id())?;
            }
            if !caller.has::<R>() {
                return Err(Subject::of(&request).refuse(&caller, &auth.db).await);
            }
            let origin = Origin {
                actor: caller.label(),
                organization_id: Some(caller.organization_id()),
                address: client_address(&request),
                request_id: current_request_id(),
            };
            Ok(Self { caller, origin, db: auth.db.clone(), right: PhantomData })
        })
    }
}

/// The token of `Authorization: Bearer …`; the scheme's case does not matter (RFC 9110).
fn bearer(request: &HttpRequest) -> Option<&str> {
    let value = request.headers().get(AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = value.split_once(' ')?;
    let fits = scheme.eq_ignore_ascii_case("bearer") && token.len() <= TOKEN_BYTES_MAX;
    fits.then(|| token.trim())
}
