//! What the API says a month comes to.

use std::collections::{BTreeMap, HashMap};

use serde_json::{Map, Value, json};

use crate::client::{Client, text};

/// A row of a table by the names of its columns.
pub type TableRow = HashMap<String, String>;
/// A downloaded table.
pub type Table = Vec<TableRow>;

impl Client {
    /// The month's report.
    #[track_caller]
    pub fn report(&self, month: &str) -> Value {
        self.get(&format!("/v1/reports/monthly-usage?month={month}")).expect(200).json()
    }

    /// All VM History rows, page by page; `more` are further parameters, such as `&include=unreported`.
    pub fn vm_history(&self, month: &str, more: &str) -> Vec<Value> {
        self.list(&format!("/v1/reports/vm-history?month={month}{more}"))
    }

    /// The month's orders.
    pub fn orders(&self, month: &str) -> Vec<Value> {
        self.list(&format!("/v1/orders?month={month}"))
    }

    /// The runs of the 24-hour aggregation that concern the caller, newest first.
    pub fn runs(&self) -> Vec<Value> {
        self.list("/v1/aggregation-runs?")
    }

    /// VM History as it is downloaded for a spreadsheet.
    pub fn vm_history_csv(&self, month: &str, more: &str) -> String {
        let path = format!("/v1/reports/vm-history?month={month}{more}");
        let answer = self.get_as(&path, "text/csv").expect(200);
        assert!(answer.header("content-type").starts_with("text/csv"), "{}", answer.header("content-type"));
        String::from_utf8(answer.body).expect("UTF-8")
    }

    /// All items of a list.
    pub fn list(&self, path: &str) -> Vec<Value> {
        let mut items = Vec::new();
        let mut page = self.get(&format!("{path}&limit=1000")).expect(200).json();
        loop {
            items.append(page["items"].as_array_mut().expect("items"));
            let Some(cursor) = page["next_cursor"].as_str() else { return items };
            page = self.get(&format!("{path}&limit=1000&cursor={cursor}")).expect(200).json();
        }
    }
}

/// Reads a table with commas.
pub fn table(csv: &str) -> Table {
    let mut reader = csv::Reader::from_reader(csv.as_bytes());
    reader.deserialize().collect::<Result<_, _>>().expect("rows of the same columns")
}

/// The lines of a report as the conformance cases write them: code → units and exact.
pub fn lines(report: &Value) -> Value {
    let mut lines = Map::new();
    let shown = |line: &Value| json!({"units": line["quantity"], "exact": line["exact"]});
    for line in report["lines"].as_array().expect("lines") {
        let code = text(&line["code"]);
        for part in line["breakdown"].as_array().expect("a breakdown") {
            lines.insert(format!("{code}/{}", text(&part["code"])), shown(part));
        }
        lines.insert(code, shown(line));
    }
    // In the order of their names, whatever features serde_json was built with.
    lines.into_iter().collect::<BTreeMap<_, _>>().into_iter().collect()
}
