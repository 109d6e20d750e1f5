//! What those are answered who lack a right: 404 for what they may not see, 403 for the rest (spec/api.md, Conventions).

use actix_web::{HttpRequest, web};
use schema::visibility::{self, Object};
use uuid::Uuid;

use super::{Caller, MayManageKeys, MayManageUsers, MayOperate, MayRead, MayReadUploads};
use crate::db::Db;
use crate::problem::ApiError;

/// Objects with an id in their path, and who sees such objects at all.
struct Kind {
    /// Of the path, after `/v1`.
    segment: &'static str,
    object: Object,
    /// As handlers name one that is not there.
    noun: &'static str,
    is_seen_by: fn(&Caller) -> bool,
}

const KINDS: [Kind; 7] = [
    Kind { segment: "meters", object: Object::Meter, noun: "meter", is_seen_by: Caller::has::<MayRead> },
    Kind {
        segment: "uploads",
        object: Object::Upload,
        noun: "upload",
        is_seen_by: Caller::has::<MayReadUploads>,
    },
    Kind { segment: "orders", object: Object::Order, noun: "order", is_seen_by: Caller::has::<MayRead> },
    Kind {
        segment: "organizations",
        object: Object::Organization,
        noun: "organization",
        is_seen_by: Caller::has::<MayRead>,
    },
    Kind { segment: "users", object: Object::User, noun: "user", is_seen_by: Caller::has::<MayManageUsers> },
    Kind {
        segment: "api-keys",
        object: Object::ApiKey,
        noun: "API key",
        is_seen_by: Caller::has::<MayManageKeys>,
    },
    Kind {
        segment: "dead-letters",
        object: Object::DeadLetter,
        noun: "dead letter",
        is_seen_by: Caller::has::<MayOperate>,
    },
];

/// What a request is about, as far as its address says.
pub(super) struct Subject {
    /// In the query: the organizations whose things it asks for.
    organizations: Vec<Uuid>,
    /// In the path: the text of the id, and what it is of.
    object: Option<(String, Option<&'static Kind>)>,
}

impl Subject {
    /// Of a request whose route is known.
    pub(super) fn of(request: &HttpRequest) -> Self {
        let pairs = web::Query::<Vec<(String, String)>>::from_query(request.query_string());
        let named = pairs.map(web::Query::into_inner).unwrap_or_default().into_iter();
        let organizations = named
            .filter(|(name, _)| matches!(name.as_str(), "partner_id" | "organization_id"))
            .filter_map(|(_, id)| id.parse().ok());
        let id = request.match_info().get("id");
        let kind = request.match_pattern().and_then(|pattern| kind_of(&pattern));
        Self { organizations: organizations.collect(), object: id.map(|id| (id.to_owned(), kind)) }
    }

    /// The answer to a caller who lacks the right to do what the request asks.
    pub(super) async fn refuse(self, caller: &Caller, db: &Db) -> ApiError {
        self.look(caller, db).await.err().unwrap_or(match caller {
            Caller::User(_) => ApiError::Forbidden("your role does not have this right"),
            Caller::Meter { .. } => ApiError::Forbidden("a meter's token is good for its uploads alone"),
            Caller::Key { .. } => ApiError::Forbidden("this API key does not have this right"),
        })
    }

    /// Fails where the caller may not even see what the request is about.
    async fn look(self, caller: &Caller, db: &Db) -> Result<(), ApiError> {
        let mut scope = caller.scope(db).await?;
        for id in self.organizations {
            scope = scope.narrow(id).ok_or(ApiError::NotFound("organization"))?;
        }
        let Some((id, kind)) = self.object else { return Ok(()) };
        // What is not in the table nobody sees here: it says too little rather than too much.
        let kind = kind.ok_or(ApiError::NotFound("resource"))?;
        let unseen = || ApiError::NotFound(kind.noun);
        // A meter sees some objects of its kinds, and has the right to all that it does with them.
        if caller.meter_id().is_some() || !(kind.is_seen_by)(caller) {
            return Err(unseen());
        }
        let id: Uuid = id.parse().map_err(|_| unseen())?;
        let seen = db.run(scope, move |tx| Ok::<_, ApiError>(visibility::sees(tx, kind.object, id)?)).await?;
        if seen { Ok(()) } else { Err(unseen()) }
    }
}

/// The kind of a route such as `/v1/meters/{id}`.
fn kind_of(pattern: &str) -> Option<&'static Kind> {
    let segment = pattern.strip_prefix("/v1/")?.split('/').next()?;
    KINDS.iter().find(|kind| kind.segment == segment)
}
