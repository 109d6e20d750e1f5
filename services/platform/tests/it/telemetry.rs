//! Metrics of requests.

use actix_web::{App, HttpResponse, get, test, web};
use platform::telemetry::{Metrics, configure_metrics, request_logger};

#[get("/things/{id}")]
async fn thing() -> HttpResponse {
    HttpResponse::Ok().finish()
}

#[actix_web::test]
async fn requests_are_counted_by_route_and_not_by_path() {
    let metrics = Metrics::install().unwrap();
    let app = App::new()
        .app_data(web::Data::new(metrics))
        .service(thing)
        .configure(configure_metrics)
        .wrap(request_logger());
    let app = test::init_service(app).await;
    for path in ["/things/1", "/things/2", "/nothing"] {
        test::call_service(&app, test::TestRequest::get().uri(path).to_request()).await;
    }
    let request = test::TestRequest::get().uri("/metrics").to_request();
    let body = String::from_utf8(test::call_and_read_body(&app, request).await.to_vec()).unwrap();
    assert!(
        body.contains(r#"http_requests_total{method="GET",route="/things/{id}",status="200"} 2"#),
        "{body}"
    );
    assert!(body.contains(r#"http_requests_total{method="GET",route="none",status="404"} 1"#), "{body}");
    assert!(body.contains(
        r#"http_request_seconds_bucket{method="GET",route="/things/{id}",status="200",le="0.005"}"#
    ));
}
