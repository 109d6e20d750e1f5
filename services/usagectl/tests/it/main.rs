//! The program as its users run it.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod archive;
mod compute;
mod inspect;
mod lists;
mod login;
mod meter;
mod run;
mod server;
mod upload;
mod usage;
mod vm_history;
