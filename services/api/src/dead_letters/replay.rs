//! `POST /v1/dead-letters/{id}/replay`.

use actix_web::web::{Data, Path};
use actix_web::{HttpResponse, post};
use platform::auth::{Authorized, MayOperate, Right};
use platform::problem::{ApiError, Problem};
use schema::{Scope, dead_letters};
use uuid::Uuid;

use super::end::{self, Ending};
use super::shown::DeadLetter;
use crate::Api;
use crate::openapi::{Guarded, NotFound, Unavailable};

/// Sends a message that was given up back to work, as if it had never failed, once what it failed of has been healed.
#[utoipa::path(
    tag = "machinery",
    params(("id" = Uuid, Path, description = "As the list names it")),
    responses(
        (status = 202, description = "It will be worked on", body = DeadLetter),
        (status = 409, description = "It has ended, or nobody can read it", body = Problem, content_type = "application/problem+json"),
        Guarded, NotFound, Unavailable,
    ),
    security(("bearer" = [])),
)]
#[post("/v1/dead-letters/{id}/replay")]
pub async fn replay_dead_letter(
    caller: Authorized<MayOperate>,
    api: Data<Api>,
    id: Path<Uuid>,
) -> Result<HttpResponse, ApiError> {
    let ending = ending(&caller, &api);
    let home = home(&caller, &api, *id).await?;
    let replayed = api
        .db
        .run(home, move |tx| {
            end::replay(tx, *id, &ending)?;
            dead_letters::find(tx, *id)?.ok_or(ApiError::NotFound("dead letter"))
        })
        .await?;
    Ok(HttpResponse::Accepted().json(DeadLetter::from(replayed)))
}

/// The caller, now.
pub fn ending<R: Right>(caller: &Authorized<R>, api: &Api) -> Ending {
    let (now, machine_now) = (api.clock.now(), api.clock.machine_now());
    Ending { origin: caller.origin().clone(), now, machine_now }
}

/// The scope of the organization whose letter it is, if the caller sees it.
pub async fn home<R: Right>(caller: &Authorized<R>, api: &Api, id: Uuid) -> Result<Scope, ApiError> {
    let seen = caller.scope().await?;
    let found = api.db.run(seen.clone(), move |tx| Ok::<_, ApiError>(dead_letters::find(tx, id)?)).await?;
    let found = found.and_then(|letter| seen.narrow(letter.organization_id));
    found.ok_or(ApiError::NotFound("dead letter"))
}
