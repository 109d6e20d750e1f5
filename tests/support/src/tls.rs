//! The certificates of the test stack (scripts/stack.d/tls.sh says which).
#![allow(clippy::expect_used, clippy::missing_panics_doc, reason = "a test that cannot begin has failed")]

use std::path::{Path, PathBuf};

/// A file of theirs: `ca.pem` signed `server.pem`, which the servers show, and `elsewhere.pem`, which has another
/// name; `stranger.pem` is an authority that signed neither.
pub fn tls_file(name: &str) -> PathBuf {
    let folder =
        std::env::var_os("USAGE_TEST_TLS").expect("USAGE_TEST_TLS is not set: run the tests by scripts/test");
    let file = Path::new(&folder).join(name);
    assert!(file.exists(), "{} is missing: scripts/stack start test makes it", file.display());
    file
}
