//! What a caller may not see does not exist for it.

use actix_web::test::TestRequest;
use schema::types::{Connectivity, UploadStatus};
use test_support::tenants::ACME;

use crate::data::id;
use crate::orders::order;
use crate::world::{
    ACME_VIEWER, CONTOSO_ADMIN, DESK, GLOBEX_ADMIN, INITECH_ADMIN, NORTHWIND_VIEWER, OPERATOR, World,
};

#[actix_web::test]
async fn another_organizations_things_do_not_exist() {
    let world = World::new().await;
    world.meter(ACME, 1, "ACME-0001", Connectivity::Online).await;
    let upload = world.upload(ACME, 1, 1, UploadStatus::Processed).await;
    world.unit(ACME, 11, &[(720, &[])]).await;
    world.revision(ACME, 1, &[(11, 1)], &[("", "flex-core", 70)]).await;
    let order = world.within(ACME, |tx| order(tx, ACME, "ACME-0001", "2026-09-01")).await;
    let paths = [
        format!("/v1/meters/{}", id(1)),
        format!("/v1/meters?partner_id={ACME}"),
        format!("/v1/uploads/{upload}"),
        format!("/v1/uploads?partner_id={ACME}"),
        format!("/v1/reports/monthly-usage?month=2026-09&partner_id={ACME}"),
        format!("/v1/reports/vm-history?month=2026-09&partner_id={ACME}"),
        format!("/v1/orders/{order}"),
        format!("/v1/orders?partner_id={ACME}"),
        format!("/v1/aggregation-runs?partner_id={ACME}"),
    ];
    for path in &paths {
        for who in [GLOBEX_ADMIN, INITECH_ADMIN, CONTOSO_ADMIN] {
            let answer = world.get(who, path).await;
            assert_eq!(answer.expect(404)["code"], "not-found", "{who:?} {path}");
        }
        // An aggregator sees what came of files, not the files.
        let aggregator = (!path.contains("/uploads")).then_some(NORTHWIND_VIEWER);
        for who in [ACME_VIEWER, OPERATOR, DESK].into_iter().chain(aggregator) {
            let answer = world.get(who, path).await;
            assert_eq!(answer.status, 200, "{who:?} {path}");
        }
        world.send(TestRequest::with_uri(path)).await.expect(401);
    }
    for path in ["/v1/meters", "/v1/uploads", "/v1/orders"] {
        let seen = async |who| world.get(who, path).await.expect(200)["items"].as_array().unwrap().len();
        assert_eq!((seen(GLOBEX_ADMIN).await, seen(OPERATOR).await), (0, 1), "{path}");
    }
}

#[actix_web::test]
async fn who_sees_several_partners_must_name_one() {
    let world = World::new().await;
    for report in ["monthly-usage", "vm-history"] {
        let path = format!("/v1/reports/{report}?month=2026-09");
        assert_eq!(world.get(NORTHWIND_VIEWER, &path).await.wrong_fields(), ["partner_id missing"]);
        let unknown = world.get(OPERATOR, &format!("{path}&partner_id={}", id(77))).await;
        assert_eq!(unknown.expect(404)["code"], "not-found");
    }
}

#[actix_web::test]
async fn bad_tokens_are_refused_alike() {
    let world = World::new().await;
    let (header, _) =
        world.token(ACME_VIEWER).split_once('.').map(|(a, b)| (a.to_owned(), b.to_owned())).unwrap();
    let tokens = ["", "x", "umt_x", "a.b.c", &format!("{header}.e30."), &format!("{header}.e30.AAAA")];
    for token in tokens {
        for scheme in ["Bearer", "Basic"] {
            let request = TestRequest::with_uri("/v1/auth/me");
            let answer =
                world.send(request.insert_header(("authorization", format!("{scheme} {token}")))).await;
            assert_eq!(answer.expect(401)["code"], "unauthorized", "{scheme} {token}");
            assert_eq!(answer.header("www-authenticate"), "Bearer");
        }
    }
}
