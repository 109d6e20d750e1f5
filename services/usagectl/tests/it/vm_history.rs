//! `usagectl vm-history`.

use serde_json::json;

use crate::run::Home;
use crate::server::{Answer, Server, answer};

const CSV: &[u8] = b"vcId,VM Instance UUID\r\nv,m\r\n";

#[test]
fn a_file_is_written_as_it_comes() {
    let server = Server::start(|_, _| Answer(200, vec![("content-type", "text/csv".into())], CSV.to_vec()));
    let home = Home::logged_in(&server.url);
    let args = ["vm-history", "--month", "2026-09", "--vcd", "true", "--include", "unreported", "--csv"];
    assert_eq!(home.run(&args).code(0).stdout.as_bytes(), CSV);
    let ended = home.run(&[&args[..], &["-o", "rows.csv"]].concat()).code(0);
    assert_eq!(ended.stdout, "");
    assert_eq!(std::fs::read(home.path("rows.csv")).unwrap(), CSV);
    assert!(!home.path("rows.csv.part").exists());
    let request = &server.seen()[0];
    assert_eq!(request.header("accept"), "text/csv");
    let query = "month=2026-09&billing_mode=production&vcd=true&include=unreported";
    assert_eq!(request.line, format!("GET /v1/reports/vm-history?{query}"));
}

#[test]
fn half_a_download_leaves_no_file() {
    let server = Server::start(|_, _| Answer(200, vec![("content-length", "1000".into())], CSV.to_vec()));
    let home = Home::logged_in(&server.url);
    let ended = home.run(&["vm-history", "--month", "2026-09", "--tsv", "-o", "rows.tsv"]).code(1);
    assert!(ended.stderr.contains("the connection broke"), "{}", ended.stderr);
    assert!(!home.path("rows.tsv").exists() && !home.path("rows.tsv.part").exists());
}

#[test]
fn json_joins_all_pages() {
    let server = Server::start(|request, _| {
        if request.line.contains("cursor=c1") {
            answer(200, &json!({"items": [{"mb_hours": "3.000000"}], "next_cursor": null}))
        } else {
            answer(
                200,
                &json!({"items": [{"mb_hours": "1.000000"}, {"mb_hours": "2.500000"}], "next_cursor": "c1"}),
            )
        }
    });
    let view =
        Home::logged_in(&server.url).run(&["vm-history", "--month", "2026-09", "--json"]).code(0).json();
    assert_eq!(view["items"].as_array().unwrap().len(), 3);
    assert_eq!(view["items"][2]["mb_hours"], "3.000000");

    let empty = Server::start(|_, _| answer(200, &json!({"items": [], "next_cursor": null})));
    let view =
        Home::logged_in(&empty.url).run(&["vm-history", "--month", "2026-09", "--json"]).code(0).json();
    assert_eq!(view, json!({"items": [], "next_cursor": null}));
}

#[test]
fn the_table_is_the_beginning_and_says_so() {
    let server = Server::start(|_, _| {
        answer(
            200,
            &json!({"items": [{"vm_name": "a", "features": ["srm", "vcd"], "mb_hours": "2.000000"}],
            "next_cursor": "more"}),
        )
    });
    let table = Home::logged_in(&server.url).run(&["vm-history", "--month", "2026-09"]).code(0).stdout;
    assert!(table.contains("srm, vcd") && table.contains("all of them with --csv"), "{table}");
    assert!(server.lines()[0].ends_with("&limit=20"), "{:?}", server.lines());
}
