//! What the handlers work with.

use chrono::TimeDelta;
use platform::auth::KeyRing;
use platform::clock::Clock;
use platform::db::Db;
use platform::store::Store;
use std::sync::Arc;

use crate::OidcProvider;

/// What the handlers work with; the application's data must hold a `web::Data<Api>`. Cheap to clone.
#[derive(Clone)]
pub struct Api {
    /// Everything but the files.
    pub db: Db,
    /// The files.
    pub store: Store,
    /// What time it is.
    pub clock: Clock,
    /// Signs access tokens.
    pub keys: Arc<KeyRing>,
    /// Signs users in from outside; none where nobody does.
    pub oidc: Option<Arc<OidcProvider>>,
    /// Where people find the service, if it knows: one-time links begin with it.
    pub public_url: Option<Arc<str>>,
    /// How long after a month's end its evidence is on time.
    pub deadline: TimeDelta,
}
