//! VM History as a table.

use actix_web::http::Method;
use serde_json::Value;
use test_support::tenants::ACME;

use crate::data::{ended, row};
use crate::http::Answer;
use crate::vm_history::{PATH, world};
use crate::world::{ACME_VIEWER, World};

const HEADER: &str = "vcId,VM Instance UUID,VM MoRef,VM Name,Guest OS,Host Id,Host Name,Cluster Id,Customer,License,License Key,vCPU,\
    Configured RAM (MB),Reserved RAM (MB),Billed vRAM (MB),vCD,Features,Bundle,Reported,Begin,End,(MB-Hours),Usage Meter";

/// The cell of each column, as a member of JSON.
const MEMBERS: [&str; 23] = [
    "vcenter_id",
    "vm_id",
    "moid",
    "vm_name",
    "guest_os",
    "host_id",
    "host_name",
    "cluster_id",
    "customer",
    "license",
    "license_key",
    "vcpus",
    "memory_mb",
    "reserved_mb",
    "billed_mb",
    "vcd",
    "features",
    "bundle",
    "reported",
    "begin",
    "end",
    "mb_hours",
    "meter_id",
];

async fn accepting(world: &World, accept: &str, query: &str) -> Answer {
    let request = world.request(ACME_VIEWER, Method::GET, &format!("{PATH}{query}"));
    world.send(request.insert_header(("accept", accept))).await
}

fn records(body: &[u8], delimiter: u8) -> Vec<Vec<String>> {
    let mut reader = csv::ReaderBuilder::new().delimiter(delimiter).from_reader(body);
    reader.records().map(|record| record.unwrap().iter().map(str::to_owned).collect()).collect()
}

fn cell(value: &Value) -> String {
    let text = match value {
        Value::Null => String::new(),
        Value::Bool(value) => value.to_string().to_uppercase(),
        Value::String(text) => text.clone(),
        Value::Array(items) => items.iter().map(cell).collect::<Vec<_>>().join(";"),
        other => other.to_string(),
    };
    if text.starts_with(['=', '+', '-', '@']) { format!("'{text}") } else { text }
}

#[actix_web::test]
async fn a_table_has_the_rows_of_the_list() {
    let world = world().await;
    let list = world.get(ACME_VIEWER, &format!("{PATH}&include=unreported")).await.expect(200);
    let items = list["items"].as_array().unwrap();
    let expected: Vec<Vec<String>> =
        items.iter().map(|row| MEMBERS.iter().map(|name| cell(&row[*name])).collect()).collect();
    for (accept, delimiter, extension) in
        [("text/csv", b',', "csv"), ("text/tab-separated-values", b'\t', "tsv")]
    {
        let answer = accepting(&world, accept, "&include=unreported").await;
        assert_eq!(answer.status, 200);
        assert!(answer.header("content-type").starts_with(accept));
        let name = format!("attachment; filename=\"vm-history_{ACME}_2026-09.{extension}\"");
        assert_eq!(answer.header("content-disposition"), name);
        assert_eq!(records(&answer.body, delimiter), expected);
        let linked = world.get(ACME_VIEWER, &format!("{PATH}&include=unreported&format={extension}")).await;
        assert_eq!(linked.body, answer.body);
    }
}

#[actix_web::test]
async fn names_of_strangers_stay_texts() {
    let world = world().await;
    let answer = accepting(&world, "text/csv", "&vcd=true").await;
    insta::assert_snapshot!(std::str::from_utf8(&answer.body).unwrap().replace('\r', "␍"));
    let text = String::from_utf8(answer.body.to_vec()).unwrap();
    assert_eq!(text.split("\r\n").next(), Some(HEADER));
}

#[actix_web::test]
async fn other_forms_are_not_to_be_had() {
    let world = world().await;
    for accept in
        ["application/pdf", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "text/html"]
    {
        assert_eq!(accepting(&world, accept, "").await.expect(406)["code"], "not-acceptable");
    }
    assert_eq!(accepting(&world, "*/*", "").await.header("content-type"), "application/json");
    let empty = world.get(ACME_VIEWER, "/v1/reports/vm-history?month=2026-08&format=csv").await;
    assert_eq!(empty.body, format!("{HEADER}\r\n"));
}

#[actix_web::test]
async fn a_table_longer_than_a_chunk_is_whole() {
    let world = World::new().await;
    world.unit(ACME, 11, &[(720, &[])]).await;
    let rows: Vec<_> = (0..10_001)
        .map(|vm| ended(row(ACME, 11, 10_000 + vm / 2, i64::try_from(vm % 2).unwrap()), 10))
        .collect();
    let count = rows.len();
    world.rows(ACME, rows).await;
    world.revision(ACME, 1, &[(11, 1)], &[("", "flex-core", 1)]).await;
    let table = records(&accepting(&world, "text/csv", "").await.body, b',');
    assert_eq!(table.len(), count);
    let mut sorted = table.clone();
    sorted.sort();
    sorted.dedup();
    assert_eq!(sorted, table);
}
