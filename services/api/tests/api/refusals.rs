//! 404 for what one may not see, 403 for what one sees and may not do.

use actix_web::http::Method;
use schema::types::{Connectivity, Role, UploadStatus};
use serde_json::json;
use test_support::tenants::{ACME, GLOBEX};
use uuid::Uuid;

use crate::data::id;
use crate::orders::order;
use crate::world::{
    ACME_ADMIN, ACME_VIEWER, CONTOSO_ADMIN, DESK, GLOBEX_ADMIN, INITECH_ADMIN, NORTHWIND_ADMIN,
    NORTHWIND_VIEWER, OPERATOR, World,
};

async fn status(world: &World, who: (Role, Uuid), method: Method, path: &str) -> u16 {
    world.send(world.request(who, method, path)).await.status.as_u16()
}

#[actix_web::test]
async fn an_aggregator_sees_no_files() {
    let world = World::new().await;
    let upload = world.upload(ACME, 1, 1, UploadStatus::Processed).await;
    for who in [NORTHWIND_ADMIN, NORTHWIND_VIEWER] {
        let get = async |path: String| status(&world, who, Method::GET, &path).await;
        assert_eq!(get("/v1/uploads".to_owned()).await, 403);
        assert_eq!(get(format!("/v1/uploads/{upload}")).await, 404);
        assert_eq!(get(format!("/v1/uploads/{upload}/file")).await, 404);
        assert_eq!(get(format!("/v1/uploads/{}", id(404))).await, 404);
        // Its partner it sees, another's it does not.
        assert_eq!(get(format!("/v1/uploads?partner_id={ACME}")).await, 403);
    }
    let foreign = format!("/v1/uploads?partner_id={ACME}");
    assert_eq!(status(&world, CONTOSO_ADMIN, Method::GET, &foreign).await, 404);
    for who in [OPERATOR, DESK, ACME_ADMIN, ACME_VIEWER] {
        assert_eq!(status(&world, who, Method::GET, &format!("/v1/uploads/{upload}")).await, 200, "{who:?}");
    }
}

#[actix_web::test]
async fn a_meter_sees_its_uploads_and_nothing_else() {
    let world = World::new().await;
    let body = json!({
        "id": id(1), "name": "ams", "billing_mode": "production", "connectivity": "online",
        "contract_number": "ACME-0001",
    });
    let token = world.post(ACME_ADMIN, "/v1/meters", &body).await.expect(201)["token"].clone();
    let (own, other) = (
        world.upload(ACME, 1, 1, UploadStatus::Processed).await,
        world.upload(ACME, 2, 1, UploadStatus::Processed).await,
    );
    let order = world.within(ACME, |tx| order(tx, ACME, "ACME-0001", "2026-09-01")).await;
    let bearer = format!("Bearer {}", token.as_str().unwrap());
    for (path, expected) in [
        (format!("/v1/uploads/{own}"), 200),
        (format!("/v1/uploads/{other}"), 404),
        (format!("/v1/uploads/{other}/file"), 404),
        (format!("/v1/uploads?meter_id={}", id(2)), 404),
        (format!("/v1/uploads?partner_id={GLOBEX}"), 404),
        (format!("/v1/meters/{}", id(1)), 404),
        (format!("/v1/orders/{order}"), 404),
        ("/v1/meters".to_owned(), 403),
        ("/v1/orders".to_owned(), 403),
        (format!("/v1/reports/monthly-usage?month=2026-09&partner_id={ACME}"), 403),
        (format!("/v1/reports/monthly-usage?month=2026-09&partner_id={GLOBEX}"), 404),
        ("/v1/auth/me".to_owned(), 403),
        ("/v1/api-keys".to_owned(), 403),
    ] {
        let request = actix_web::test::TestRequest::with_uri(&path);
        let answer = world.send(request.insert_header(("authorization", bearer.clone()))).await;
        assert_eq!(answer.status.as_u16(), expected, "{path}");
    }
}

#[actix_web::test]
async fn an_id_twice_in_a_subtree_needs_its_partner() {
    let world = World::new().await;
    world.meter(ACME, 1, "ACME-0001", Connectivity::Online).await;
    world.meter(GLOBEX, 1, "GLOBEX-0001", Connectivity::Online).await;
    let path = format!("/v1/meters/{}", id(1));
    for who in [NORTHWIND_VIEWER, OPERATOR] {
        assert_eq!(world.get(who, &path).await.expect(409)["code"], "several-partners");
        for partner in [ACME, GLOBEX] {
            let shown = world.get(who, &format!("{path}?partner_id={partner}")).await.expect(200);
            assert_eq!(shown["partner_id"], json!(partner));
        }
    }
    for (who, partner) in [(ACME_VIEWER, ACME), (GLOBEX_ADMIN, GLOBEX)] {
        assert_eq!(world.get(who, &path).await.expect(200)["partner_id"], json!(partner));
    }
    world.get(INITECH_ADMIN, &path).await.expect(404);
}

/// The refusal of an object that is not there and of one that is another's are the same to the last letter.
#[actix_web::test]
async fn what_is_foreign_looks_like_what_is_not_there() {
    let world = World::new().await;
    world.meter(ACME, 1, "ACME-0001", Connectivity::Online).await;
    let upload = world.upload(ACME, 1, 1, UploadStatus::Processed).await;
    let order = world.within(ACME, |tx| order(tx, ACME, "ACME-0001", "2026-09-01")).await;
    for (path, foreign) in [("/v1/meters", id(1)), ("/v1/uploads", upload), ("/v1/orders", order)] {
        for who in [GLOBEX_ADMIN, INITECH_ADMIN, CONTOSO_ADMIN] {
            let refusal = async |id: Uuid| {
                let mut body = world.get(who, &format!("{path}/{id}")).await.expect(404);
                body.as_object_mut().unwrap().remove("request_id");
                body
            };
            assert_eq!(refusal(foreign).await, refusal(id(404)).await, "{who:?} {path}");
        }
    }
}
