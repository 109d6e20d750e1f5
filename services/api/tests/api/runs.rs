//! The runs of the 24-hour aggregation.

use insta::assert_json_snapshot;
use platform::db::DbError;
use schema::runs;
use serde_json::json;
use test_support::tenants::{ACME, GLOBEX};
use uuid::Uuid;

use crate::data::{MODE, hour, month};
use crate::world::{ACME_VIEWER, INITECH_ADMIN, NORTHWIND_ADMIN, World};

impl World {
    /// A run at this hour that had September of these partners to do, and did.
    pub async fn run(&self, at: i64, partners: &[Uuid]) {
        let started =
            move |tx: &mut schema::Tx<'_>| Ok::<_, DbError>(runs::start(tx, hour(at), hour(at + 1))?);
        self.api.db.machinery(started).await.unwrap();
        for partner in partners.iter().copied() {
            self.within(partner, move |tx| {
                runs::add_month(tx, hour(at), MODE, month())?;
                runs::finish_month(tx, (MODE, month()), hour(at), hour(at + 2), at == 0, Some(3))
            })
            .await;
        }
        let finished =
            move |tx: &mut schema::Tx<'_>| Ok::<_, DbError>(runs::finish(tx, hour(at), hour(at + 2))?);
        self.api.db.machinery(finished).await.unwrap();
    }
}

#[actix_web::test]
async fn runs_show_the_months_that_the_caller_sees() {
    let world = World::new().await;
    world.run(0, &[ACME, GLOBEX]).await;
    world.run(24, &[GLOBEX]).await;
    let all = world.get(NORTHWIND_ADMIN, "/v1/aggregation-runs").await.expect(200);
    assert_json_snapshot!(all);
    let own = world.get(ACME_VIEWER, "/v1/aggregation-runs").await.expect(200);
    assert_eq!(own["items"].as_array().unwrap().len(), 1);
    assert_eq!(own["items"][0]["months"].as_array().unwrap().len(), 1);
    let none = world.get(INITECH_ADMIN, "/v1/aggregation-runs").await.expect(200);
    assert_eq!(none["items"], json!([]));
}
