//! Messages about work that is done, once more.

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sql_types::Text;
use platform::broker::{Broker, Work};
use platform::config::BrokerSettings;
use serde_json::Value;
use uuid::Uuid;

use crate::fleet::Surroundings;

/// Everything that has been done for a partner: registered, metered, composed. What is yet to be done is not told again, or
/// nobody would notice that its message was lost.
const DONE: &str = "
    SELECT jsonb_build_object('work', 'register', 'organization_id', organization_id, 'upload_id', upload_id)::text AS body
      FROM upload_states
     WHERE status <> 'received'
    UNION ALL
    SELECT jsonb_build_object('work', 'meter', 'organization_id', organization_id, 'billing_mode', billing_mode,
                              'vcenter_id', vcenter_id, 'month', month)::text
      FROM units
     WHERE done = wanted
    UNION ALL
    SELECT jsonb_build_object('work', 'compose', 'organization_id', organization_id,
                              'billing_mode', billing_mode, 'month', month)::text
      FROM units
     GROUP BY organization_id, billing_mode, month
    HAVING bool_and(composed = wanted)";

#[derive(QueryableByName)]
struct Body {
    #[diesel(sql_type = Text)]
    body: String,
}

/// Delivers all messages of a partner again; how many, or none while a server is away.
pub fn redeliver(surroundings: &Surroundings, partner: Uuid, by_outbox: bool) -> Option<usize> {
    let url = surroundings.database.service_url();
    let mut conn = PgConnection::establish(&url).ok()?;
    let mut works: Vec<Work> = Vec::new();
    conn.transaction(|conn| {
        conn.batch_execute(&format!("SET LOCAL app.organization = '{partner}'"))?;
        let bodies: Vec<Body> = diesel::sql_query(DONE).load(conn)?;
        works = bodies.iter().map(work).collect();
        if by_outbox {
            for work in &works {
                put(conn, work)?;
            }
        }
        Ok::<_, diesel::result::Error>(())
    })
    .ok()?;
    if !by_outbox {
        publish(surroundings, &works)?;
    }
    Some(works.len())
}

fn work(body: &Body) -> Work {
    let body: Value = serde_json::from_str(&body.body).expect("JSON");
    Work::from_json(&body).expect("a message as the service writes it")
}

fn put(conn: &mut PgConnection, work: &Work) -> QueryResult<usize> {
    let insert = "INSERT INTO outbox (organization_id, queue, body, created_at)
                  VALUES ($1::uuid, $2, $3::jsonb, clock_timestamp())";
    diesel::sql_query(insert)
        .bind::<Text, _>(work.organization_id().to_string())
        .bind::<Text, _>(work.queue().as_str())
        .bind::<Text, _>(work.to_json().expect("JSON").to_string())
        .execute(conn)
}

fn publish(surroundings: &Surroundings, works: &[Work]) -> Option<()> {
    on_broker(surroundings, async |broker| {
        let outcomes = broker.publisher().publish_all(works).await;
        outcomes.iter().all(Result::is_ok).then_some(())
    })
}

/// Asks the broker something, past the proxies.
pub fn on_broker<T>(surroundings: &Surroundings, ask: impl AsyncFnOnce(&Broker) -> T) -> T {
    let settings = BrokerSettings::new(&*surroundings.broker.url, &surroundings.broker.namespace);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(async { ask(&Broker::new(settings, "chaos")).await })
}
