//! `GET /v1/dead-letters` and `GET /v1/dead-letters/{id}`.

use actix_web::get;
use actix_web::web::{Data, Json, Path};
use platform::auth::{Authorized, MayOperate};
use platform::problem::ApiError;
use schema::dead_letters::{self, LetterFilter};
use schema::types::LetterState;
use uuid::Uuid;

use super::shown::DeadLetter;
use crate::Api;
use crate::openapi::{Guarded, Invalid, NotFound, Unavailable};
use crate::page::{Page, PageParams, PageRequest};
use crate::partner::list_scope;
use crate::request::{Fields, FromFields, Params, parse};

const QUEUES: [&str; 4] = ["register", "meter", "compose", "unknown"];

/// Which dead letters.
#[derive(utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct LetterParams {
    /// Only of this organization; the operator's own are messages that nobody can read
    organization_id: Option<Uuid>,
    /// Only of this queue: `register`, `meter`, `compose` or `unknown`
    queue: Option<String>,
    /// Only in this state
    state: Option<LetterState>,
    #[param(ignore)]
    page: PageRequest<Uuid>,
}

impl FromFields for LetterParams {
    fn from_fields(fields: &mut Fields) -> Option<Self> {
        let organization_id = fields.optional("organization_id", parse::uuid);
        let queue = fields.optional("queue", parse::word(&QUEUES, |name| name)).map(str::to_owned);
        let state = fields.optional("state", parse::word(LetterState::ALL, LetterState::as_str));
        Some(Self { organization_id, queue, state, page: PageRequest::from_fields(fields)? })
    }
}

/// Lists the messages that were given up, newest first, those that have ended included.
#[utoipa::path(
    tag = "machinery",
    params(LetterParams, PageParams),
    responses((status = 200, description = "A page of dead letters", body = Page<DeadLetter>), Guarded, NotFound, Invalid, Unavailable),
    security(("bearer" = [])),
)]
#[get("/v1/dead-letters")]
pub async fn list_dead_letters(
    caller: Authorized<MayOperate>,
    api: Data<Api>,
    params: Params<LetterParams>,
) -> Result<Json<Page<DeadLetter>>, ApiError> {
    let LetterParams { organization_id, queue, state, page } = params.0;
    let scope = list_scope(&caller, organization_id).await?;
    let filter = LetterFilter { queue, state, after: page.after };
    let page = api
        .db
        .run(scope, move |tx| {
            let fetched = dead_letters::list(tx, &filter, page.fetch())?;
            let (letters, next_cursor) = page.cut(fetched, |letter| letter.id);
            Ok::<_, ApiError>(Page {
                items: letters.into_iter().map(DeadLetter::from).collect(),
                next_cursor,
            })
        })
        .await?;
    Ok(Json(page))
}

/// Shows a dead letter.
#[utoipa::path(
    tag = "machinery",
    params(("id" = Uuid, Path, description = "As the list names it")),
    responses((status = 200, description = "The dead letter", body = DeadLetter), Guarded, NotFound, Unavailable),
    security(("bearer" = [])),
)]
#[get("/v1/dead-letters/{id}")]
pub async fn get_dead_letter(
    caller: Authorized<MayOperate>,
    api: Data<Api>,
    id: Path<Uuid>,
) -> Result<Json<DeadLetter>, ApiError> {
    let scope = caller.scope().await?;
    let found = api.db.run(scope, move |tx| Ok::<_, ApiError>(dead_letters::find(tx, *id)?)).await?;
    found.map(|letter| Json(letter.into())).ok_or(ApiError::NotFound("dead letter"))
}
