//! The beginning of an attempt, and what is kept of it.
//!
//! A process that dies cannot say of what. So a message that comes again without a verdict is written down before work
//! on it begins anew: who is in the middle of such beginnings too often is a dead letter. Those who were only near are
//! told apart by working on a suspect alone, while nothing else in the process is in work: from then on a death is its
//! own, or has nothing to do with messages. The limit is for the latter: processes are killed and moved about.

use crate::context::Context;
use crate::error::WorkError;
use crate::work::given_up::{GivenUp, give_up};
use platform::broker::Work;
use platform::durable::{Step, durable};
use schema::attempts::{self, Trouble};
use schema::{Scope, Tx};
use tokio::sync::{OwnedRwLockReadGuard, OwnedRwLockWriteGuard};

/// After so many beginnings without a verdict a message is worked on alone.
const SUSPECT_AFTER: i32 = 2;
/// After so many it is given up. The first delivery is not counted.
const BEGINNINGS_MAX: i32 = 10;

/// A place among those who work, held as long as the work goes on.
#[expect(dead_code, reason = "held, not looked at")]
pub enum Place {
    Beside(OwnedRwLockReadGuard<()>),
    Alone(OwnedRwLockWriteGuard<()>),
}

/// Whether work may begin.
pub enum Begun {
    In(Place),
    GivenUp,
}

/// The first attempt costs nothing.
pub async fn first(context: &Context) -> Begun {
    Begun::In(Place::Beside(context.together.clone().read_owned().await))
}

/// A further one, after one that ended without a verdict.
pub async fn again(context: &Context, work: &Work) -> Result<Begun, WorkError> {
    let (queue, key) = (work.queue().as_str(), work.key());
    let scope = || Scope::Organization(work.organization_id());
    let known =
        context.db.run(scope(), move |tx| Ok::<_, WorkError>(attempts::find(tx, queue, &key)?)).await?;
    let place = if known.is_some_and(|known| known.begun >= SUSPECT_AFTER) {
        Place::Alone(context.together.clone().write_owned().await)
    } else {
        Place::Beside(context.together.clone().read_owned().await)
    };
    // Written down once there is a place, so that no death counts for those who only waited for one.
    let (begun, machine_now) = (work.clone(), context.clock.machine_now());
    let begin = context.db.run(scope(), move |tx| begin(tx, &begun, machine_now));
    match durable(Step::BeginAgain, begin).await? {
        Some(given_up) => given_up.tell(context, work).await.map(|()| Begun::GivenUp),
        None => Ok(Begun::In(place)),
    }
}

fn begin(
    tx: &mut Tx<'_>,
    work: &Work,
    machine_now: chrono::DateTime<chrono::Utc>,
) -> Result<Option<GivenUp>, WorkError> {
    let message = (work.queue().as_str(), &*work.key());
    let attempts = attempts::record(tx, message, Trouble::BegunAgain, machine_now)?;
    if attempts.begun <= BEGINNINGS_MAX {
        return Ok(None);
    }
    // The first was not counted, and this one has not begun.
    let times = attempts.begun;
    let reason =
        format!("the process ended {times} times while working on it, the last times on nothing else");
    give_up(tx, work, &reason, &attempts, machine_now).map(Some)
}
