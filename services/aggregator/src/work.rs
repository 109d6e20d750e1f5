//! From a message to a verdict on it.

mod begin;
mod failure;
mod given_up;

pub use self::given_up::keep_raw;

use crate::context::Context;
use crate::error::WorkError;
use crate::{compose, meter, register};
use begin::Begun;
use platform::broker::{Disposition, Message, Work};
use platform::durable::{Step, durable};
use schema::units::UnitKey;
use schema::{Scope, attempts, dead_letters};

/// Does the work and says what becomes of its message.
pub async fn handle(context: &Context, message: Message) -> Disposition {
    let verdict = attempt(context, &message).await;
    // Not even the verdict could be kept: the database is away.
    verdict.unwrap_or_else(|error| {
        tracing::warn!(%error, "pausing");
        Disposition::Pause
    })
}

async fn attempt(context: &Context, message: &Message) -> Result<Disposition, WorkError> {
    let work = &message.work;
    let begun =
        if message.redelivered { begin::again(context, work).await? } else { begin::first(context).await };
    let _place = match begun {
        Begun::In(place) => place,
        Begun::GivenUp => return Ok(Disposition::DeadLetter),
    };
    match perform(context, work).await {
        Ok(()) => {
            context.wake.notify_one();
            succeeded(context, work).await.map(|()| Disposition::Ack)
        }
        Err(error) => failure::failed(context, work, &error).await,
    }
}

async fn perform(context: &Context, work: &Work) -> Result<(), WorkError> {
    match work {
        Work::Register { organization_id, upload_id } => {
            register::register(context, *organization_id, *upload_id).await
        }
        Work::Meter { organization_id, billing_mode, vcenter_id, month } => {
            let key = UnitKey { billing_mode: *billing_mode, vcenter_id: *vcenter_id, month: *month };
            meter::meter(context, *organization_id, key).await
        }
        Work::Compose { organization_id, billing_mode, month } => {
            compose::compose(context, *organization_id, *billing_mode, *month).await
        }
    }
}

async fn succeeded(context: &Context, work: &Work) -> Result<(), WorkError> {
    let (queue, key, machine_now) = (work.queue().as_str(), work.key(), context.clock.machine_now());
    let scope = Scope::Organization(work.organization_id());
    let clear = context.db.run(scope, move |tx| {
        attempts::clear(tx, queue, &key)?;
        if dead_letters::resolve(tx, queue, &key, machine_now)? {
            tracing::info!(queue, key, "a message that was given up has succeeded after all");
        }
        Ok(())
    });
    durable(Step::ClearAttempts, clear).await
}
