//! The conformance cases, each a partner of its own.

use std::fs;
use std::path::Path;

use e2e::{data, read_json, text};
use uuid::Uuid;

use super::World;

/// All cases, by their names.
pub fn worlds() -> Vec<World> {
    let folders =
        fs::read_dir(data("conformance")).expect("the cases").map(|entry| entry.expect("an entry").path());
    let mut cases: Vec<_> = folders.filter(|path| path.join("case.json").is_file()).collect();
    cases.sort();
    (0_u128..).zip(&cases).map(|(number, folder)| world(number, folder)).collect()
}

fn world(number: u128, folder: &Path) -> World {
    let about = read_json(&folder.join("case.json"));
    let list = |key: &str| about[key].as_array().expect("a list").iter().map(text);
    let meters = list("meters").map(|meter| (meter.parse().expect("a UUID"), "production")).collect();
    let files = list("files").map(|name| fs::read(folder.join(name)).expect("a file")).collect();
    let name = folder.file_name().expect("a name").to_string_lossy().into_owned();
    let partner = Uuid::from_u128(0x0000_0000_0000_7000_8000_00c0_0000_0000 + number);
    World { name, partner, meters, lanes: vec![files] }
}
