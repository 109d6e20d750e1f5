//! `/healthz` and `/readyz`.

use actix_web::{App, test, web};
use platform::config::StoreSettings;
use platform::health::{self, Readiness};
use platform::store::Store;
use serde_json::{Value, json};
use std::time::Duration;
use test_support::database::TestDatabase;

use crate::support::db;

async fn answer(readiness: Readiness, path: &str) -> (u16, Value) {
    let app = App::new().app_data(web::Data::new(readiness)).configure(health::configure);
    let app = test::init_service(app).await;
    let response = test::call_service(&app, test::TestRequest::get().uri(path).to_request()).await;
    (response.status().as_u16(), test::read_body_json(response).await)
}

#[actix_web::test]
async fn a_process_with_all_it_needs_is_ready() {
    let database = TestDatabase::new();
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open_folder(&StoreSettings { root: folder.path().to_owned() }).unwrap();
    let readiness = Readiness::default().database(&db(&database)).store(&store);
    let readiness =
        readiness.and(Readiness::default().detail("aggregation", || async { json!({"runs": 1}) }));
    let (status, body) = answer(readiness.clone(), "/readyz").await;
    assert_eq!(status, 200);
    assert_eq!(
        body,
        json!({"status": "ready", "checks": {"database": "ok", "store": "ok"}, "details": {"aggregation": {"runs": 1}}})
    );
    assert_eq!(answer(readiness.clone(), "/healthz").await.0, 200);
    drop(database);
    let (status, body) = answer(readiness, "/readyz").await;
    assert_eq!(
        (status, &body["checks"]["database"], &body["checks"]["store"]),
        (503, &json!("failed"), &json!("ok"))
    );
}

#[actix_web::test]
async fn a_check_that_does_not_answer_has_failed() {
    tokio::time::pause();
    let readiness = Readiness::default()
        .check("slow", || async {
            tokio::time::sleep(Duration::from_mins(1)).await;
            Ok::<_, String>(())
        })
        .check("secret", || async { Err("postgres://user:hidden@db") });
    let report = readiness.report().await;
    assert!(!report.is_ready());
    let text = serde_json::to_string(&report).unwrap();
    assert!(!text.contains("hidden"), "{text}");
}
