//! What changes while a file is checked: it is accepted by what holds at the end, or not at all.

use diesel::connection::SimpleConnection;
use schema::partner_settings::{self, PartnerSettings};
use schema::{Tx, meters, uploads};
use sha2::{Digest, Sha256};
use test_support::database::until_somebody_waits;
use test_support::tenants::ACME;
use tokio::sync::oneshot;

use crate::files::file_of;
use crate::world::{Answer, METER, World};

/// The answer to a file that was judged before the change, and is recorded after it.
async fn upload_around(
    world: &World,
    change: impl FnOnce(&mut Tx<'_>) -> diesel::QueryResult<()> + Send + 'static,
) -> Answer {
    let bytes = file_of(METER).build();
    let sha256 = Sha256::digest(&bytes);
    let mut watcher = world.database.owner();
    let (locked, is_locked) = oneshot::channel();
    let changed = world.of(ACME, move |tx| {
        uploads::lock_digest(tx, &sha256)?;
        locked.send(()).unwrap();
        until_somebody_waits(&mut watcher);
        change(tx)
    });
    let answered = async {
        is_locked.await.unwrap();
        world.upload(&bytes).await
    };
    let ((), answer) = tokio::join!(changed, answered);
    answer
}

/// It is refused by what holds at the end, and nobody has to send it again to learn of it.
async fn is_judged_anew(world: &World, answer: &Answer, code: &str) {
    assert_eq!(answer.outcome(), (422, code));
    assert_eq!((world.upload_count().await, world.outbox_depth().await), (1, 0));
}

#[actix_web::test]
async fn a_file_of_a_meter_that_is_deregistered_meanwhile_is_not_taken() {
    let world = World::new().await;
    let now = world.clock.now();
    let answer = upload_around(&world, move |tx| {
        let meter = meters::find(tx, METER)?.unwrap();
        meters::change(tx, &meters::Meter { deregistered_at: Some(now), ..meter })
    })
    .await;
    is_judged_anew(&world, &answer, "meter-unknown").await;
}

#[actix_web::test]
async fn an_unsigned_file_is_not_taken_once_signatures_are_required() {
    let world = World::new().await;
    let answer =
        upload_around(&world, |tx| partner_settings::set(tx, PartnerSettings { require_signatures: true }))
            .await;
    is_judged_anew(&world, &answer, "signature-missing").await;
}

#[actix_web::test]
async fn a_file_is_taken_when_nothing_of_its_meter_changes_meanwhile() {
    let world = World::new().await;
    let answer = upload_around(&world, |_| Ok(())).await;
    assert_eq!(answer.status.as_u16(), 202, "{:?}", answer.json);
}

/// Whenever somebody looks, the meter has another name.
const RESTLESS_METERS: &str = "DO $$ DECLARE columns text; BEGIN
    SELECT string_agg(CASE column_name WHEN 'name' THEN 'name || random() AS name' ELSE quote_ident(column_name) END,
                      ', ' ORDER BY ordinal_position) INTO columns
      FROM information_schema.columns WHERE table_schema = 'public' AND table_name = 'meters';
    ALTER TABLE meters RENAME TO kept_meters;
    EXECUTE format('CREATE VIEW meters WITH (security_invoker = true) AS SELECT %s FROM kept_meters', columns);
    GRANT SELECT ON meters TO usage_service;
END $$";

#[actix_web::test]
async fn a_file_whose_meter_changes_without_end_may_come_again() {
    let world = World::new().await;
    world.database.owner().batch_execute(RESTLESS_METERS).unwrap();
    let answer = world.upload(&file_of(METER).build()).await;
    assert_eq!(answer.outcome(), (429, "too-many-requests"));
    assert_eq!(answer.headers.get("retry-after").unwrap(), "1");
    assert_eq!((world.upload_count().await, world.outbox_depth().await), (0, 0));
}
