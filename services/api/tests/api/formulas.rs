//! Names come from strangers: in a table none of them is a formula.

use actix_web::http::Method;
use test_support::tenants::ACME;

use crate::data::{ended, row};
use crate::vm_history::PATH;
use crate::world::{ACME_VIEWER, World};

/// What a spreadsheet may take for the begin of a formula.
const BEGINS: [&str; 6] = ["=", "+", "-", "@", "\t", "\r"];

/// The columns with texts that files state.
const COLUMNS: [&str; 10] = [
    "VM MoRef",
    "VM Name",
    "Guest OS",
    "Host Id",
    "Host Name",
    "Cluster Id",
    "Customer",
    "License",
    "License Key",
    "Features",
];

/// A row for each text, which stands in every column.
async fn world(texts: &[String]) -> World {
    let world = World::new().await;
    world.unit(ACME, 11, &[(720, &[])]).await;
    let rows = (100..).zip(texts).map(|(vm, text)| {
        let mut row = ended(row(ACME, 11, vm, 0), 1);
        for cell in [&mut row.moid, &mut row.vm_name, &mut row.guest_os, &mut row.host_id, &mut row.license] {
            cell.clone_from(text);
        }
        for cell in [&mut row.host_name, &mut row.cluster_id, &mut row.org, &mut row.license_key] {
            *cell = Some(text.clone());
        }
        row.features = vec![text.clone()];
        row
    });
    world.rows(ACME, rows.collect()).await;
    world.revision(ACME, 1, &[(11, 1)], &[("", "flex-core", 1)]).await;
    world
}

#[actix_web::test]
async fn no_text_of_a_table_is_a_formula() {
    let texts: Vec<String> =
        BEGINS.iter().map(|begin| format!("{begin}HYPERLINK(\"http://127.0.0.1:9\",\"a;b\")")).collect();
    let world = world(&texts).await;
    for (accept, delimiter) in [("text/csv", b','), ("text/tab-separated-values", b'\t')] {
        let request = world.request(ACME_VIEWER, Method::GET, PATH).insert_header(("accept", accept));
        let answer = world.send(request).await;
        assert_eq!(answer.status, 200);
        let mut table = csv::ReaderBuilder::new().delimiter(delimiter).from_reader(&answer.body[..]);
        let header = table.headers().unwrap().clone();
        let records: Vec<_> = table.records().map(Result::unwrap).collect();
        assert_eq!(records.len(), texts.len());
        for (record, text) in records.iter().zip(&texts) {
            for (name, cell) in header.iter().zip(record) {
                if COLUMNS.contains(&name) {
                    assert_eq!(cell, format!("'{text}"), "{accept} {name}");
                } else {
                    assert!(!cell.starts_with(['=', '+', '-', '@', '\t', '\r']), "{accept} {name}: {cell}");
                }
            }
        }
    }
    // JSON is no table: it has them as they were stated.
    let list = world.get(ACME_VIEWER, PATH).await.expect(200);
    let names: Vec<_> = list["items"].as_array().unwrap().iter().map(|row| row["vm_name"].clone()).collect();
    assert_eq!(names, texts);
}
