//! Extractors: a handler names what it wants the request to say.

use actix_web::dev::Payload;
use actix_web::{Error, FromRequest, HttpRequest, web};
use futures_util::future::LocalBoxFuture;
use platform::auth::decided;
use platform::problem::ApiError;
use serde_json::Value;
use sha2::{Digest, Sha256};

use super::{Fields, FromFields};

/// What the query says.
#[derive(Debug)]
pub struct Params<T>(pub T);

impl<T: FromFields> FromRequest for Params<T> {
    type Error = ApiError;
    type Future = LocalBoxFuture<'static, Result<Self, ApiError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let request = request.clone();
        Box::pin(async move {
            decided(&request).await;
            read_query(request.query_string()).map(Self)
        })
    }
}

fn read_query<T: FromFields>(query: &str) -> Result<T, ApiError> {
    let pairs = web::Query::<Vec<(String, String)>>::from_query(query).map_err(|error| {
        ApiError::BadRequest { detail: format!("the query cannot be read: {error}"), errors: Vec::new() }
    })?;
    Fields::of_pairs(pairs.into_inner()).read()
}

/// What the JSON body says.
#[derive(Debug)]
pub struct Body<T> {
    /// What it says.
    pub value: T,
    /// Of the body without what writing may differ in: by it an `Idempotency-Key` knows the same body again.
    pub sha256: [u8; 32],
}

impl<T: FromFields> FromRequest for Body<T> {
    type Error = Error;
    type Future = LocalBoxFuture<'static, Result<Self, Error>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let body = web::Json::<Value>::from_request(request, payload);
        let request = request.clone();
        Box::pin(async move {
            let body = body.await;
            decided(&request).await;
            let body = body?.into_inner();
            let sha256 = Sha256::digest(body.to_string()).into();
            Ok(Self { value: Fields::of_json(body)?.read()?, sha256 })
        })
    }
}
