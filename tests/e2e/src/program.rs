//! Where the built programs are.

use std::path::PathBuf;

/// A program of this workspace, built into the same target folder as this test.
pub fn program(name: &str) -> PathBuf {
    let test = std::env::current_exe().expect("this test's own path");
    // target/debug/deps/<test>
    let profile = test.ancestors().nth(2).expect("a folder of built programs");
    let program = profile.join(name);
    assert!(program.exists(), "{} is missing: run the tests by scripts/test", program.display());
    program
}
