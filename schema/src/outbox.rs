//! Messages to publish, written in the transaction of what they are about.

use chrono::{DateTime, Utc};
use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Text, Timestamptz};
use serde_json::Value;
use uuid::Uuid;

use crate::Tx;
use crate::schema::outbox;

/// A message to enqueue.
#[derive(Debug)]
pub struct NewMessage<'a> {
    /// The queue's name within the namespace, as `platform::broker::Queue` gives it.
    pub queue: &'a str,
    /// Ids only.
    pub body: &'a Value,
    /// By the machine's clock, as all times of this table.
    pub created_at: DateTime<Utc>,
}

/// A message that a relay holds a lease on.
#[derive(Debug, Clone, PartialEq, QueryableByName)]
#[diesel(table_name = outbox, check_for_backend(Pg))]
pub struct LeasedMessage {
    /// To delete it by.
    pub id: i64,
    /// Whose work it is.
    pub organization_id: Uuid,
    /// The queue's name within the namespace.
    pub queue: String,
    /// Ids only.
    pub body: Value,
    /// To measure the way through the outbox.
    pub created_at: DateTime<Utc>,
}

#[derive(QueryableByName)]
struct QueueName {
    #[diesel(sql_type = Text)]
    queue: String,
}

/// What waits in the outbox.
#[derive(Debug, Clone, PartialEq, Eq, Queryable)]
pub struct Backlog {
    /// Messages.
    pub count: i64,
    /// The machine time at which the oldest was written.
    pub oldest: Option<DateTime<Utc>>,
}

/// Adds a message of the transaction's organization.
pub fn enqueue(tx: &mut Tx<'_>, message: &NewMessage<'_>) -> QueryResult<()> {
    let organization_id = tx.organization()?;
    diesel::insert_into(outbox::table)
        .values((
            outbox::organization_id.eq(organization_id),
            outbox::queue.eq(message.queue),
            outbox::body.eq(message.body),
            outbox::created_at.eq(message.created_at),
        ))
        .execute(tx.conn())?;
    Ok(())
}

/// Whose messages of a queue are leased, and how many.
#[derive(Debug, Clone, Copy)]
pub struct Turn<'a> {
    /// The queue's name within the namespace.
    pub queue: &'a str,
    /// How many of one organization.
    pub each: i64,
    /// How many in all.
    pub limit: i64,
    /// Organizations that have had their turn.
    pub except: &'a [Uuid],
}

/// Adds a message of the transaction's organization that goes out at its `created_at` and not before: until then nobody
/// gets a lease on it.
pub fn postpone(tx: &mut Tx<'_>, message: &NewMessage<'_>) -> QueryResult<()> {
    let organization_id = tx.organization()?;
    diesel::insert_into(outbox::table)
        .values((
            outbox::organization_id.eq(organization_id),
            outbox::queue.eq(message.queue),
            outbox::body.eq(message.body),
            outbox::created_at.eq(message.created_at),
            outbox::leased_until.eq(message.created_at),
        ))
        .execute(tx.conn())?;
    Ok(())
}

/// Takes a lease until `until` on messages that nobody holds at `machine_now`: everybody's oldest first, then
/// everybody's second, and so on, so that nobody waits for the whole backlog of another.
pub fn lease(
    tx: &mut Tx<'_>,
    machine_now: DateTime<Utc>,
    until: DateTime<Utc>,
    turn: Turn<'_>,
) -> QueryResult<Vec<LeasedMessage>> {
    diesel::sql_query(include_str!("outbox/lease.sql"))
        .bind::<Timestamptz, _>(machine_now)
        .bind::<Timestamptz, _>(until)
        .bind::<Text, _>(turn.queue)
        .bind::<BigInt, _>(turn.each)
        .bind::<BigInt, _>(turn.limit)
        .bind::<Array<diesel::sql_types::Uuid>, _>(turn.except)
        .load(tx.machinery()?)
}

/// Which of these queues messages wait for that nobody holds at `machine_now`.
pub fn waiting_queues(
    tx: &mut Tx<'_>,
    machine_now: DateTime<Utc>,
    queues: &[&str],
) -> QueryResult<Vec<String>> {
    let found: Vec<QueueName> = diesel::sql_query(include_str!("outbox/waiting_queues.sql"))
        .bind::<Timestamptz, _>(machine_now)
        .bind::<Array<Text>, _>(queues)
        .load(tx.machinery()?)?;
    Ok(found.into_iter().map(|found| found.queue).collect())
}

/// Deletes messages that the broker confirmed.
pub fn delete(tx: &mut Tx<'_>, ids: &[i64]) -> QueryResult<usize> {
    diesel::delete(outbox::table.filter(outbox::id.eq_any(ids))).execute(tx.machinery()?)
}

/// Gives leases back at once: the broker did not take these messages.
pub fn release(tx: &mut Tx<'_>, ids: &[i64]) -> QueryResult<usize> {
    diesel::update(outbox::table.filter(outbox::id.eq_any(ids)))
        .set(outbox::leased_until.eq(None::<DateTime<Utc>>))
        .execute(tx.machinery()?)
}

/// How much waits, and since when.
pub fn backlog(tx: &mut Tx<'_>) -> QueryResult<Backlog> {
    use diesel::dsl::{count_star, min};
    outbox::table.select((count_star(), min(outbox::created_at))).first(tx.machinery()?)
}
