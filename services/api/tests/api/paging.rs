//! The laws of lists: pages of any size, one after another, are the whole list in its order, each item once.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use schema::types::{Connectivity, UploadStatus};
use serde_json::Value;
use test_support::tenants::{ACME, GLOBEX};
use uuid::Uuid;

use crate::data::id;
use crate::orders::order;
use crate::vm_history;
use crate::world::{OPERATOR, World};

/// Holds a list to the laws; it must have at least three items.
async fn walk(world: &World, path: &str) {
    let separator = if path.contains('?') { '&' } else { '?' };
    let page = async |limit: usize, cursor: Option<&str>| {
        let cursor = cursor.map(|cursor| format!("&cursor={cursor}")).unwrap_or_default();
        let page = world.get(OPERATOR, &format!("{path}{separator}limit={limit}{cursor}")).await.expect(200);
        let items = page["items"].as_array().unwrap().clone();
        (items, page["next_cursor"].as_str().map(str::to_owned))
    };
    let (whole, next) = page(1000, None).await;
    assert!(whole.len() >= 3 && next.is_none(), "{path}: {} items", whole.len());
    for limit in [1, 2, whole.len(), whole.len() + 1] {
        let mut walked: Vec<Value> = Vec::new();
        let mut cursor = None;
        loop {
            let (items, next) = page(limit, cursor.as_deref()).await;
            assert!(items.len() <= limit && (next.is_none() || items.len() == limit), "{path}");
            walked.extend(items);
            let Some(next) = next else { break };
            assert!(walked.len() < whole.len(), "{path}: a next page after the last item");
            cursor = Some(next);
        }
        assert_eq!(walked, whole, "{path} by {limit}");
    }
}

#[actix_web::test]
async fn pages_make_the_whole_list() {
    let world = vm_history::world().await;
    for (organization, contract) in [(ACME, "ACME-0001"), (GLOBEX, "GLOBEX-0001")] {
        for meter in [1, 2] {
            world.meter(organization, meter, contract, Connectivity::Online).await;
            // Several at one instant: the id decides.
            world.upload(organization, meter, 5, UploadStatus::Received).await;
            world.upload(organization, meter, 6, UploadStatus::Received).await;
        }
        for month in ["2026-08-01", "2026-09-01"] {
            world.within(organization, move |tx| order(tx, organization, contract, month)).await;
        }
    }
    for at in [0, 24, 48] {
        world.run(at, &[ACME, GLOBEX]).await;
    }
    let history = format!("{}&partner_id={ACME}&include=unreported", vm_history::PATH);
    let of_meter = format!("/v1/uploads?meter_id={}", id(1));
    for path in ["/v1/meters", "/v1/uploads", &of_meter, "/v1/orders", "/v1/aggregation-runs", &history] {
        walk(&world, path).await;
    }
}

#[actix_web::test]
async fn a_forged_cursor_is_the_callers_fault() {
    let world = vm_history::world().await;
    let (nobody, long_ago) = (Uuid::nil(), r#""-262143-01-01T00:00:00Z""#);
    let history = format!("{}&partner_id={ACME}", vm_history::PATH);
    for (path, place) in [
        ("/v1/uploads?", format!(r#"[{long_ago},"{nobody}"]"#)),
        ("/v1/aggregation-runs?", long_ago.to_owned()),
        ("/v1/orders?", format!(r#"["-262143-01-01","{nobody}","C-1"]"#)),
        ("/v1/orders?", format!(r#"["2026-09-01","{nobody}","\u0000"]"#)),
        (&history, format!(r#"["{nobody}","{nobody}",{long_ago},1]"#)),
        ("/v1/meters?", "[1]".to_owned()),
    ] {
        let cursor = URL_SAFE_NO_PAD.encode(&place);
        let answer = world.get(OPERATOR, &format!("{path}&cursor={cursor}")).await;
        assert_eq!(answer.wrong_fields(), ["cursor invalid"], "{path} {place}");
    }
}
