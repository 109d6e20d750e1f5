//! Where the built programs are.

use std::path::PathBuf;

/// A program of this workspace, built into the same target folder as this test.
pub fn program(name: &str) -> PathBuf {
    let test = std::env::current_exe().expect("this test's own path");
    // target/debug/deps/<test>, or target/debug/<program>
    let profiles = test.ancestors().skip(1).take(2);
    let program = profiles.map(|profile| profile.join(name)).find(|program| program.is_file());
    program.unwrap_or_else(|| panic!("{name} is missing: run the tests by scripts/test"))
}
