//! The committed description of the API is the one that the handlers have.
use std::path::Path;

#[test]
fn the_committed_description_is_up_to_date() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../openapi/openapi.json");
    let committed = std::fs::read_to_string(path).unwrap();
    // Not assert_eq: nobody reads two such texts in a terminal.
    assert!(committed == server::openapi_text().unwrap(), "if the handlers are right: make openapi");
}
