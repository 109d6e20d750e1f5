//! `tus-js-client` in a process of its own (tests/tus).

use std::io::Read;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use e2e::text;
use serde_json::Value;

/// A client that is sending a file.
pub struct Uploader(Child);

/// What it told, an object a line.
#[derive(Debug)]
pub struct Told(Vec<Value>);

/// Begins to send a file.
pub fn upload(server: &str, file: &Path, token: &str, chunk_bytes: Option<usize>) -> Uploader {
    let place = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tus");
    assert!(place.join("node_modules").exists(), "no client is installed: run the tests by scripts/test");
    let mut command = Command::new("node");
    command.arg("upload.mjs").arg(format!("{server}/v1/uploads/resumable")).arg(file).current_dir(place);
    command.args(chunk_bytes.map(|bytes| bytes.to_string())).env("TUS_TOKEN", token);
    Uploader(command.stdin(Stdio::null()).stdout(Stdio::piped()).spawn().expect("node starts"))
}

impl Uploader {
    /// Waits for its end.
    pub fn ended(mut self) -> Told {
        let mut told = String::new();
        self.0.stdout.take().unwrap().read_to_string(&mut told).unwrap();
        assert!(self.0.wait().unwrap().success(), "{told}");
        Told(told.lines().map(|line| serde_json::from_str(line).unwrap()).collect())
    }
}

impl Told {
    /// Its last word.
    pub fn last(&self) -> &Value {
        self.0.last().expect("a word")
    }

    /// The upload that the file has become.
    #[track_caller]
    pub fn upload_id(&self) -> String {
        assert_eq!(self.last()["success"], true, "{self:?}");
        let id = self.0.iter().rev().find(|said| said["upload_id"].is_string()).expect("an answer with it");
        text(&id["upload_id"])
    }

    /// Where the service was whenever it asked.
    pub fn resumed_at(&self) -> Vec<i64> {
        let asked = self.0.iter().filter(|said| said["method"] == "HEAD");
        asked.filter_map(|said| said["offset"].as_i64()).collect()
    }
}
