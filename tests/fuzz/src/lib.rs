//! Laws of the readers that hold of every input, one function a target: `engine` feeds them what a fuzzer thinks of,
//! the test of this crate what is in `corpus`.

#![allow(clippy::panic, clippy::unwrap_used, clippy::missing_panics_doc, reason = "a broken law is a panic")]

mod archive;
mod json;
mod manifest;
mod pack;
mod records;
mod refusals;
mod summary;
mod world;

use metering::Limits;

pub use archive::archive;
pub use manifest::manifest;
pub use records::records;

/// A law: it panics where an input breaks it.
pub type Law = fn(&[u8]);

/// The targets by name.
pub const TARGETS: [(&str, Law); 3] = [("archive", archive), ("manifest", manifest), ("records", records)];

/// Small enough that a fuzzer's inputs reach them.
fn limits() -> Limits {
    Limits {
        file_bytes: 1 << 19,
        entries: 40,
        entry_bytes: 1 << 16,
        all_entries_bytes: 1 << 18,
        ratio: 50,
        ratio_from_bytes: 1 << 10,
        manifest_bytes: 1 << 15,
        line_bytes: 1 << 10,
        months: 4,
        products: 8,
    }
}

/// For what the laws write themselves: the same content in more bytes.
fn wide_limits() -> Limits {
    Limits { file_bytes: 1 << 24, manifest_bytes: 1 << 20, line_bytes: 1 << 14, ..limits() }
}
